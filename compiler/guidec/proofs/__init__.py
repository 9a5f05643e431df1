"""What holds for every patient: questions over decision diagrams, and a patient who shows each answer."""
