#!/usr/bin/env python3
"""minnesota.py DRIVERS OUT: a made-up list of 40,000 drivers of another state.

Names, dates and streets are those of the demonstration's drivers, mixed; nobody in it
exists. Says the key of one of them, for the warrant of the demo: NUMBER.
"""
import csv
import random
import sys

N = 40000
CITIES = (("DULUTH", "55801"), ("MANKATO", "56001"), ("ROCHESTER", "55901"),
          ("ST CLOUD", "56301"), ("BEMIDJI", "56601"))
chance = random.Random(40000)

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    reader = csv.DictReader(file)
    header, drivers = reader.fieldnames, list(reader)
with open(sys.argv[2], "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, header, lineterminator="\n")
    writer.writeheader()
    for n in range(N):
        row = dict(chance.choice(drivers))
        for name in ("Family Name", "Street", "Birth Date"):
            row[name] = chance.choice(drivers)[name]
        row["City"], row["Zip"] = chance.choice(CITIES)
        row.update({"License Number": f"{300000000 + 7919 * n}", "License State": "MN",
                    "State": "MN", "Phone": f"218-555-{n % 10000:04}",
                    "Protected": "N", "Sealed": "N"})
        writer.writerow(row)
print(300000000 + 7919 * 12345)
