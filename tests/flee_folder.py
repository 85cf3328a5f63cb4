"""A small invented folder in Flee's format, which reads without a problem, to be broken."""

from __future__ import annotations

from pathlib import Path

FILES: dict[str, str] = {
    "input_csv/locations.csv": """\
#name,region,country,latitude,longitude,location_type,conflict_date,population
Alder,North,Home,10.1,30.0,conflict_zone,0,40000
Birch,North,Home,10.2,29.8,conflict_zone,3,9000
Cedar Hill,South,Home,9.9,29.9,town,,
Dune,South,Home,9.8,30.1,forwarding_hub,,
East_Camp,East,Away,9.7,30.5,camp,,6000
Fen,East,Away,9.6,30.8,camp,,-1
""",
    "input_csv/routes.csv": """\
#name1,name2,distance,forced_redirection
Alder,Birch,24,
Alder,Cedar Hill,27,
Birch,Cedar Hill,31,
Cedar Hill,Dune,40,
Dune,East_Camp,60,
Cedar Hill,Fen,95.5,
""",
    "input_csv/closures.csv": """\
#closure_type,name1,name2,closure_start,closure_end
country,Home,Away,2,4
camp,Fen,,0,3
""",
    "input_csv/conflicts.csv": """\
#Day,Alder,Birch,Cedar Hill,Dune,East_Camp,Fen
0,1,0,0,0,0,0
1,1,0,0,0,0,0
2,1,0,0,0,0,0
3,1,1,0,0,0,0
4,1,1,0,0,0,0
5,0,1,0,0,0,0
6,0,1,0,0,0,0
7,0,1,0,0,0,0
""",
    "input_csv/sim_period.csv": """\
StartDate,2030-01-01
Length,8
""",
    "input_csv/registration_corrections.csv": """\
East_Camp,2030-01-06,normalize
""",
    "source_data/data_layout.csv": """\
total,refugees.csv
East_Camp,east.csv
Fen,fen.csv
""",
    "source_data/refugees.csv": """\
2030-01-01,100
2030-01-03,850
2030-01-06,2000
2030-01-08,3000
""",
    "source_data/east.csv": """\
2030-01-01,100
2030-01-03,700
2030-01-06,1400
2030-01-08,2000
""",
    "source_data/fen.csv": """\
2030-01-01,0
2030-01-04,200
2030-01-08,1000
""",
}

SETTINGS = """\
log_levels: {agent: 0}
spawn_rules:
  sum_from_camps: True
  take_from_population: False
  flood_zone_spawning_only: False
  conflict_spawn_decay: [1.0, 0.5, 0.1]
  conflict_driven_spawning: {spawn_mode: constant, displaced_per_conflict_day: 500}
  read_from_agents_csv_file: True
move_rules:
  max_move_speed: 360.0
  awareness_level: 1
  harvest_months: [6, 7]
  flood_rules: {flood_movechances: [0, 0.5, 1.0]}
optimisations: {hasten: 1}
"""
MORE = {
    "simsetting.yml": SETTINGS,
    "input_csv/agents.csv": "location,age\nAlder,3\nBirch,50\n",
    "input_csv/demographics_age.csv": "age,Default,Alder\n4,1,2\n50,0.5,3\n",
    "input_csv/major_routes.csv": "Alder,Cedar Hill,Fen\n",
    "input_csv/location_changes.csv": "#name,newtype,day\nFen,town,3\n",
    "input_csv/flood_level.csv": "#Day,Alder,Birch\n"
    + "".join(f"{day},{day % 3},1\n" for day in range(8)),
    "input_csv/region_attributes_IPC.csv": "#Day,North,South\n0,10,20\n7,30,5\n",
}
"""Files that a folder may have besides."""


def write(folder: Path, flat: bool = False) -> Path:
    """Write the folder; with `flat`, all files in one place."""
    for name, text in FILES.items():
        path = folder / (name.rsplit("/", 1)[-1] if flat else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
