// Asks the National Library of Medicine's UCUM library about units, so that tests/test_units.py can compare.
//
//   mkdir scratch && cd scratch && npm init -y && npm install @lhncbc/ucum-lhc
//   node path/to/make_ucum_lhc.mjs .        writes ucum_lhc.json beside this script

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const scratch = createRequire(resolve(process.argv[2] ?? ".", "package.json"));
const library = scratch("@lhncbc/ucum-lhc").UcumLhcUtils.getInstance();
const { name, version } = scratch("@lhncbc/ucum-lhc/package.json");

const units = `
  mg g kg ug ng t L l mL ml dL fL m cm mm um km m2 m3 cm2 s ms min h d wk mo a a_j mo_j K Cel [degF] mol mmol umol
  1 % [ppm] [ppth] 10* 10^ 10*9 10^9 10*-3 10*9/L 10*3/uL 10*6/uL /min /d /[HPF] 100 /100{WBCs} 12.h mg/(12.h) mg/12.h
  mg/kg/d mg/(kg.d) ug/kg/h ug/kg/min mg/m2 mL/min/{1.73_m2} mL/min/1.73.m2 1.73 mL/kg/h kg/m2 mg/dL mmol/L mmol/mol
  g% mg% %{predicted} {score} {score}/d m2{body} mg{drug}/d {x}mg {} {a {score}2 mm[Hg] cm[H2O] m[H2O] kPa bar mbar atm
  Torr dyn.s/cm5 [PRU] [wood'U] [psi] [in_i'Hg] J kJ kcal [Cal] W N Hz V mV A C Ohm Gy cGy Sv Bq MBq Ci mCi lx dB deg [diop]
  [MET] kat U mU/mL U/L [IU] m[IU]/mL k[iU] [arb'U] [USP'U] [GPL'U] [anti'Xa'U] [beth'U] [CFU]/mL [pH] [LPF] eq meq/L osm
  mosm/kg [lb_av] [oz_av] [stone_av] [in_i] [ft_i] [mi_i] [gr] [drp] [Ch] [cup_us] [tsp_us] [foz_us] [gal_us] [tbs_m]
  m-2 s-1 m+2 mg.kg-1.d-1 ((mg)) mg/((kg.d)) daL mCel Cel/min [degF]2 mmHg cmH2O lb IU mcg cc hr sec day days week month
  year degF degC gm kgs percent Kg MG in m^2 mEq/L mOsm/kg Osm bpm [titer] 2m //min mg/ .mg mg..kg (mg mg) m(s) (m)2 mg{a}{b}
  m/ ft kt mmin kh m10 m0 10*25 0 mg/0 [lb_av [foo] {1.73_m2} U/kg µg m² °C
`.trim().split(/\s+/);

const conversions = `
  1 mg/kg/d ug/kg/h | 7.5 mg/kg/wk ug/kg/d | 0.1 ug/kg/min mg/kg/h | 1 mg ug | 150 [lb_av] kg | 70 kg [lb_av]
  11 [stone_av] kg | 1 [oz_av] g | 2 [gr] mg | 6 [ft_i] cm | 70 [in_i] m | 1 [mi_i] km | 16 [Ch] mm | 1.8 m2 cm2
  3 L mL | 5 ml L | 1 dm3 L | 1 [drp] uL | 2 [cup_us] mL | 1 [tsp_us] mL | 1 [tbs_us] mL | 8 [foz_us] mL | 1 [pt_us] L
  1 [qt_us] L | 1 [gal_us] L | 1 [tsp_m] mL | 1 [cup_m] mL | 3 mo d | 1 a mo | 2 wk h | 1 a d | 90 min h | 1 a_g d | 1 mo_g d
  98.6 [degF] Cel | 37 Cel [degF] | 38.5 Cel K | 300 K [degF] | -40 [degF] Cel | 37000 mCel [degF]
  120 mm[Hg] kPa | 15 cm[H2O] mm[Hg] | 1 m[H2O] Pa | 1 atm kPa | 1 bar mm[Hg] | 30 [psi] kPa | 29.92 [in_i'Hg] mm[Hg]
  760 Torr mm[Hg] | 10 [in_i'H2O] cm[H2O] | 3 [wood'U] [PRU] | 1 [Cal] J | 2000 kcal MJ | 1 N dyn | 60 W kJ/h | 1 V mV
  1 Ohm V/A | 1 A mA | 1 C A.s | 5 mCi MBq | 72 /min Hz | 1 kat mol/s | 126 mg/dL g/L | 12 g% g/L | 7 mmol/L umol/mL
  10 10*9/L 10*3/uL | 250 10*3/uL /L | 5 % 1 | 3 [ppm] % | 2 [ppth] 1 | 4 [ppb] [ppm] | 1 t kg | 40 dB B
  5 U/L mU/mL | 4 meq/L eq/L | 290 mosm/kg osm/g | 3 [diop] /m | 2 [MET] mL/min/kg | 30 kg/m2 g/cm2 | 2 12.h s
  1 mg/(12.h) mg/d | 1 Gy cGy | 1 mSv Sv | 1 lx klx
  1 %{predicted} % | 1 m{x} m{y} | 1 mg/kg/d /d | 1 mg/kg 1 | 1 mg/mg % | 1 N/m2 Pa | 1 mm[Hg].min/L [wood'U] | 1 U umol/min
  1 mol 1 | 1 eq mol | 1 [IU] U | 1 [IU] m[IU] | 1 [arb'U] [IU] | 1 Gy Sv | 1 Bq Hz | 1 [LPF] [HPF] | 7 [pH] mol/L
  1 mg mL | 1 kg s | 1 m L | 1 mol kg | 1 mm[Hg] K
`.trim().split(/[|\n]/).map((row) => row.trim().split(/\s+/));

// The library prints about texts that it stumbles over.
console.log = () => {};

// One case a line, so that a change of one shows as one.
const lines = (cases) => `[\n${cases.map((each) => "    " + JSON.stringify(each)).join(",\n")}\n  ]`;

const validity = units.map((text) => ({ text, valid: library.validateUnitString(text).status === "valid" }));
const results = conversions.map(([value, from, to]) => {
  return { value, from, to, result: library.convertUnitTo(from, Number(value), to).toVal ?? null };
});

writeFileSync(
  new URL("ucum_lhc.json", import.meta.url),
  `{
  "about": "What the package answers; \\"result\\" is null where it refuses. Written by make_ucum_lhc.mjs.",
  "package": ${JSON.stringify(name)},
  "version": ${JSON.stringify(version)},
  "units": ${lines(validity)},
  "conversions": ${lines(results)}
}
`,
);
