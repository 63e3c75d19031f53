/*
 * Demonstration data: real registrations, made-up people.
 *
 * The registrations under data/vehicles are open data of New York and
 * Washington and name no owner and no plate. This file gives every one of them
 * a made-up plate and owner (name frequencies of the 1990 census, made-up
 * streets, birth dates and licence numbers), and writes the owners as drivers.
 * The serial part of each VIN is replaced too (its check digit still holds), so
 * that no made-up owner is tied to a vehicle of the published files.
 * The same seed and day give the same bytes.
 */
#ifndef STILE_SOURCE_DEMO_DATA_H
#define STILE_SOURCE_DEMO_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

/* Texts of the files under data/, read by the caller or demo_data_write(). */
struct demo_data_input {
	struct str ny_vehicles; /* vehicles/ny_dmv_ev_registrations_2018.csv */
	struct str wa_vehicles; /* vehicles/wa_dol_ev_first2000.csv */
	struct str surnames;	/* people/census1990_surnames_top5000.txt */
	struct str female;	/* people/census1990_female_first.txt */
	struct str male;	/* people/census1990_male_first.txt */
};

/* Filled by demo_data_make(); each needs a limit of LIMIT_DEMO_BYTES. */
struct demo_data_output {
	struct buf ny;	    /* vehicles, for data/vehicles/ny.map */
	struct buf wa;	    /* vehicles, for data/vehicles/wa.map */
	struct buf drivers; /* drivers, for data/people/drivers.map */
	struct buf cases;   /* JSON: the keys a demonstration or test asks for */
	size_t n_vehicles;
	size_t n_drivers;
};

/* What to print whenever this data is made or shown. */
extern const char demo_data_notice[];

enum {
	DEMO_DATA_E_INPUT = 1, /* an input text is not what it should be */
};

/*
 * Make the texts.
 *
 * cases is {"notice":…, "seed":…, "<case>":{"licence":…, "vin":…, "plate":…,
 * "person":…}}, cases being plain, other, many, sealed, protected, each member
 * canonical subject bytes (subject.h).
 * today: days since 1970. Returns: 0; DEMO_DATA_E_INPUT; fault ENOMEM.
 */
int demo_data_make(struct demo_data_output *output, struct arena *arena,
    const struct demo_data_input *input, uint64_t seed, int32_t today)
    MUST_USE NONNULL;

void demo_data_fini(struct demo_data_output *output) NONNULL;

/*
 * Read the inputs under data_dir, make the texts, and write ny.csv, wa.csv,
 * drivers.csv and cases.json into out_dir, which exists.
 *
 * Returns: 0; DEMO_DATA_E_INPUT; fault.
 */
int demo_data_write(const char *out_dir, const char *data_dir, uint64_t seed,
    int32_t today) MUST_USE NONNULL;

#endif
