/* Owners, plates and licences for real registrations; see demo_data.h. */
#include "source/demo_data.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "limits.h"
#include "source/demo_names.h"
#include "source/subject.h"
#include "util/csv.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"
#include "util/json.h"
#include "util/map.h"
#include "util/random.h"

#define PATH_BYTES 4096
#define ARENA_BYTES (64u << 20) /* all people, plates and texts of one making */
#define ROWS 16384		/* more than both files have */

const char demo_data_notice[] =
    "Demonstration data: the registrations are real open data of New York and "
    "Washington; owners, plates, licences, VIN serials and warrants are made "
    "up.";

/* The rows that tests and the demonstration ask for, by file and number. */
enum special {
	SPECIAL_NONE = 0,
	SPECIAL_PLAIN,
	SPECIAL_OTHER,
	SPECIAL_MANY,	   /* shares name and birth date with MANY_TWIN */
	SPECIAL_MANY_TWIN,
	SPECIAL_SEALED,
	SPECIAL_PROTECTED,
	N_SPECIALS,
};

struct person {
	struct str family;
	struct str given;
	struct str licence;
	struct str state; /* that issued the licence */
	struct str street;
	struct str city;
	struct str address_state;
	struct str zip;
	char birth_date[11];
	char sex;
	enum special special;
};

/* What a file of registrations is, and how its state writes things. */
struct registry {
	const char *state;
	const char *vin_tail; /* makes a VIN of ten characters whole */
	const char *vin;      /* column names of the published file */
	const char *city;
	const char *address_state;
	const char *zip;
	const char *expires; /* NULL: the file does not say */
	const char *left_out[3]; /* columns that point at a real vehicle */
	struct {
		size_t row;
		enum special special;
	} specials[6];
};

static const struct registry new_york = {
	.state = "NY", .vin_tail = "", .vin = "VIN", .city = "City",
	.address_state = "State", .zip = "Zip",
	.expires = "Reg Expiration Date",
	.specials = { { 100, SPECIAL_PLAIN }, { 200, SPECIAL_MANY },
	    { 300, SPECIAL_MANY_TWIN }, { 400, SPECIAL_SEALED },
	    { 500, SPECIAL_PROTECTED } },
};

static const struct registry washington = {
	.state = "WA", .vin_tail = "F000000", .vin = "VIN (1-10)",
	.city = "City", .address_state = "State", .zip = "Postal Code",
	.left_out = { "DOL Vehicle ID", "Vehicle Location",
	    "2020 Census Tract" },
	.specials = { { 100, SPECIAL_OTHER } },
};

/* Everything that is being made. */
struct making {
	struct demo_data_output *output;
	struct arena *arena;
	struct random_state random;
	int32_t today;
	struct demo_names surnames;
	struct demo_names female;
	struct demo_names male;
	struct map taken;    /* plates, licences, VINs and names with dates */
	struct map by_zip;   /* ZIP -> person who may own one more vehicle */
	struct person *people;
	size_t n_people;
	struct person *specials[N_SPECIALS];
	struct str vins[N_SPECIALS];   /* of the special rows */
	struct str plates[N_SPECIALS]; /* canonical */
};

/* One registration on its way to a line. */
struct vehicle {
	struct str vin;
	struct str plate;
	struct str plate_year;
	struct person *owner;
	enum special special;
};

static uint64_t
below(struct making *making, uint64_t n)
{
	return random_below(&making->random, n);
}

static char
draw_char(struct making *making, struct str letters)
{
	return letters.p[below(making, letters.len)];
}

/*
 * A text by a pattern: '#' a digit, '@' a letter that makes no words, '$' a
 * letter or digit; anything else itself. Never the same one twice.
 */
static struct str
draw_unique(struct making *making, const char *pattern)
{
	static const struct str digits = STR_INIT("0123456789");
	static const struct str letters = STR_INIT("BCDFGHJKLMNPRSTVWXYZ");
	static const struct str both = STR_INIT("0123456789BCDFGHJKLMNPRSTVWXZ");

	for (;;) {
		char *text = arena_dup(making->arena, pattern, strlen(pattern));
		struct str drawn = { text, strlen(pattern) };

		if (text == NULL)
			return (struct str){ NULL, 0 };
		for (size_t i = 0; i < drawn.len; i++) {
			if (text[i] == '#')
				text[i] = draw_char(making, digits);
			else if (text[i] == '@')
				text[i] = draw_char(making, letters);
			else if (text[i] == '$')
				text[i] = draw_char(making, both);
		}
		if (map_find(&making->taken, drawn) != NULL)
			continue;
		if (map_put(&making->taken, drawn, making) < 0)
			return (struct str){ NULL, 0 };
		return drawn;
	}
}

/*
 * Put another serial: 900000 and up, which the makers of these vehicles did not
 * reach. In a 17-character VIN so that the check digit that stands there holds,
 * when one can; in an old one digits become other digits.
 */
static void
fill_serial(struct making *making, char *vin, size_t len)
{
	size_t first = len - MIN(len, (size_t)6);

	for (int tries = 0; tries < 500; tries++) {
		for (size_t i = first; i < len; i++) {
			bool is_digit = vin[i] >= '0' && vin[i] <= '9';

			if (len == 17 || is_digit)
				vin[i] = i == first
				    ? '9'
				    : (char)('0' + below(making, 10));
		}
		if (len != 17 || subject_vin_holds((struct str){ vin, len }))
			return;
	}
}

/* The VIN of a vehicle that does not exist, of the make and year of this one. */
static struct str
draw_vin(struct making *making, const struct registry *registry,
    struct str published)
{
	for (;;) {
		struct str vin = arena_format(making->arena, "%.*s%s",
		    STR_ARG(published),
		    published.len == 10 ? registry->vin_tail : "");
		char *bytes = arena_dup(making->arena, vin.p ? vin.p : "",
		    vin.len);

		if (vin.p == NULL || bytes == NULL)
			return (struct str){ NULL, 0 };
		fill_serial(making, bytes, vin.len);
		vin.p = bytes;
		if (map_find(&making->taken, vin) != NULL)
			continue;
		if (map_put(&making->taken, vin, making) < 0)
			return (struct str){ NULL, 0 };
		return vin;
	}
}

static struct str
draw_street(struct making *making)
{
	static const char *const firsts[] = { "MILL", "ORCHARD", "STILE",
		"MEADOW", "QUARRY", "HARBOR", "CHAPEL", "FOUNDRY", "LANTERN",
		"HERON", "JUNIPER", "TANNERY", "WINDMILL", "BRAMBLE",
		"FERRY", "KESTREL" };
	static const char *const lasts[] = { "STREET", "AVENUE", "LANE",
		"ROAD", "COURT", "TERRACE", "WAY", "DRIVE" };

	return arena_format(making->arena, "%u %s %s",
	    (unsigned)below(making, 9900) + 1,
	    firsts[below(making, ARRAY_LEN(firsts))],
	    lasts[below(making, ARRAY_LEN(lasts))]);
}

/* Name, sex and birth date that nobody has yet. */
static int
draw_identity(struct making *making, struct person *person)
{
	for (;;) {
		bool is_female = below(making, 2) == 0;
		const struct demo_names *first = is_female ? &making->female
							   : &making->male;
		int32_t age = (int32_t)(18 * 365 + below(making, 70 * 365));
		struct str key;

		person->sex = is_female ? 'F' : 'M';
		person->family = demo_names_draw(&making->surnames,
		    &making->random);
		person->given = demo_names_draw(first, &making->random);
		if (below(making, 3) == 0) {
			struct str second = demo_names_draw(first,
			    &making->random);

			person->given = arena_format(making->arena,
			    "%.*s %.*s", STR_ARG(person->given),
			    STR_ARG(second));
		}
		instant_format_date(person->birth_date, making->today - age);
		key = arena_format(making->arena, "%.*s|%.*s|%s",
		    STR_ARG(person->family), STR_ARG(person->given),
		    person->birth_date);
		if (key.p == NULL)
			return FAULT(ENOMEM);
		if (map_find(&making->taken, key) == NULL)
			return TRACE(map_put(&making->taken, key, making));
	}
}

/* The twin of the case of many has another's name and birth date. */
static void
make_twin(struct making *making, struct person *twin)
{
	const struct person *first = making->specials[SPECIAL_MANY];

	twin->family = first->family;
	twin->given = first->given;
	twin->sex = first->sex;
	memcpy(twin->birth_date, first->birth_date, sizeof(twin->birth_date));
}

static int
make_person(struct person **person, struct making *making,
    const struct registry *registry, enum special special)
{
	struct person *made = &making->people[making->n_people++];
	bool is_washington = registry == &washington;
	int r = draw_identity(making, made);

	if (r < 0)
		return TRACE(r);
	made->special = special;
	if (special == SPECIAL_MANY_TWIN)
		make_twin(making, made);
	making->specials[special] = made;
	made->state = str_of(registry->state);
	/* NY: nine digits; WA since 2018: WDL and nine letters or digits. */
	made->licence = draw_unique(making,
	    is_washington ? "WDL$$$$$$$$$" : "#########");
	made->street = draw_street(making);
	*person = made;
	return made->licence.p != NULL && made->street.p != NULL
	    ? 0
	    : FAULT(ENOMEM);
}

/* The column called name; the file must have it. */
static bool
find_column(size_t *index, const struct csv *header, const char *name)
{
	for (size_t i = 0; i < header->n_cells; i++) {
		if (str_is_equal(str_trim(csv_cell(header, i)),
			str_of(name))) {
			*index = i;
			return true;
		}
	}
	return false;
}

/* Where in a row the values are that are read here. */
struct columns {
	size_t vin;
	size_t city;
	size_t address_state;
	size_t zip;
	size_t expires;
	bool is_left_out[LIMIT_CSV_COLUMNS];
};

static bool
find_columns(struct columns *columns, const struct registry *registry,
    const struct csv *header)
{
	size_t index;

	*columns = (struct columns){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(registry->left_out); i++) {
		if (registry->left_out[i] != NULL &&
		    find_column(&index, header, registry->left_out[i]))
			columns->is_left_out[index] = true;
	}
	return find_column(&columns->vin, header, registry->vin) &&
	    find_column(&columns->city, header, registry->city) &&
	    find_column(&columns->address_state, header,
		registry->address_state) &&
	    find_column(&columns->zip, header, registry->zip) &&
	    (registry->expires == NULL ||
		find_column(&columns->expires, header, registry->expires));
}

static enum special
special_of(const struct registry *registry, size_t row)
{
	for (size_t i = 0; i < ARRAY_LEN(registry->specials); i++) {
		if (registry->specials[i].row == row &&
		    registry->specials[i].special != SPECIAL_NONE)
			return registry->specials[i].special;
	}
	return SPECIAL_NONE;
}

/* A new person at the row's place, or at times one who lives there already. */
static int
draw_owner(struct vehicle *vehicle, struct making *making,
    const struct registry *registry, const struct columns *columns,
    const struct csv *csv)
{
	struct str zip = str_trim(csv_cell(csv, columns->zip));
	struct person *neighbour = map_find(&making->by_zip, zip);
	struct person *owner = NULL;
	int r;

	if (neighbour != NULL && vehicle->special == SPECIAL_NONE &&
	    below(making, 10) == 0) {
		vehicle->owner = neighbour;
		return 0;
	}
	r = make_person(&owner, making, registry, vehicle->special);
	if (r < 0)
		return TRACE(r);
	owner->city = arena_str(making->arena,
	    str_trim(csv_cell(csv, columns->city)));
	owner->address_state = arena_str(making->arena,
	    str_trim(csv_cell(csv, columns->address_state)));
	owner->zip = arena_str(making->arena, zip);
	if (owner->city.p == NULL || owner->address_state.p == NULL ||
	    owner->zip.p == NULL)
		return FAULT(ENOMEM);
	vehicle->owner = owner;
	if (vehicle->special != SPECIAL_NONE || zip.len == 0)
		return 0;
	return TRACE(map_put(&making->by_zip, owner->zip, owner));
}

static int
make_vehicle(struct vehicle *vehicle, struct making *making,
    const struct registry *registry, const struct columns *columns,
    const struct csv *csv)
{
	struct str expires = csv_cell(csv, columns->expires);
	int year;
	int month;
	int day;
	int r = draw_owner(vehicle, making, registry, columns, csv);

	if (r < 0)
		return TRACE(r);
	instant_civil(making->today, &year, &month, &day);
	expires = str_trim(expires);
	vehicle->plate_year = registry->expires != NULL && expires.len == 10
	    ? arena_str(making->arena, str_part(expires, 6, 10))
	    : arena_format(making->arena, "%d", year + 1);
	vehicle->plate = draw_unique(making, "@@@####");
	vehicle->vin = draw_vin(making, registry,
	    str_trim(csv_cell(csv, columns->vin)));
	if (vehicle->plate.p == NULL || vehicle->vin.p == NULL ||
	    vehicle->plate_year.p == NULL)
		return FAULT(ENOMEM);
	making->vins[vehicle->special] = vehicle->vin;
	making->plates[vehicle->special] = arena_format(making->arena,
	    "plate|%s|%.*s|%.*s|PC", registry->state, STR_ARG(vehicle->plate),
	    STR_ARG(vehicle->plate_year));
	return making->plates[vehicle->special].p != NULL ? 0 : FAULT(ENOMEM);
}

static void
add_cell(struct buf *line, struct str cell)
{
	csv_add_cell(line, cell);
	buf_add_char(line, ',');
}

/* A flag as the last cell of a line, or the one before it. */
static void
add_flags(struct buf *line, const struct person *person)
{
	buf_add_text(line,
	    person->special == SPECIAL_PROTECTED ? "Y," : "N,");
	buf_add_text(line, person->special == SPECIAL_SEALED ? "Y\n" : "N\n");
}

static void
add_vehicle(struct buf *out, const struct vehicle *vehicle,
    const struct columns *columns, const struct csv *csv)
{
	const struct person *owner = vehicle->owner;

	for (size_t i = 0; i < csv->n_cells; i++) {
		if (columns->is_left_out[i])
			continue;
		add_cell(out, i == columns->vin ? vehicle->vin
						: str_trim(csv_cell(csv, i)));
	}
	add_cell(out, vehicle->plate);
	add_cell(out, STR("PC"));
	add_cell(out, vehicle->plate_year);
	add_cell(out, owner->family);
	add_cell(out, owner->given);
	add_cell(out, str_of(owner->birth_date));
	add_cell(out, owner->licence);
	add_cell(out, owner->street);
	add_flags(out, owner);
}

static void
add_vehicle_header(struct buf *out, const struct columns *columns,
    const struct csv *csv)
{
	for (size_t i = 0; i < csv->n_cells; i++) {
		if (columns->is_left_out[i])
			continue;
		add_cell(out, i == columns->vin ? STR("VIN")
						: str_trim(csv_cell(csv, i)));
	}
	buf_add_text(out, "Plate,Plate Type,Plate Year,Owner Family Name,"
			  "Owner Given Name,Owner Birth Date,Owner License,"
			  "Owner Street,Protected,Sealed\n");
}

static int
make_vehicles(struct buf *out, struct making *making,
    const struct registry *registry, struct csv *csv)
{
	struct columns columns;
	int r = csv_next(csv);

	if (r != 0 || !find_columns(&columns, registry, csv))
		return r < 0 ? TRACE(r) : DEMO_DATA_E_INPUT;
	add_vehicle_header(out, &columns, csv);
	for (size_t row = 0; (r = csv_next(csv)) == 0; row++) {
		struct vehicle vehicle = {
			.special = special_of(registry, row),
		};

		if (making->output->n_vehicles++ == ROWS)
			return DEMO_DATA_E_INPUT;
		r = make_vehicle(&vehicle, making, registry, &columns, csv);
		if (r < 0)
			return TRACE(r);
		add_vehicle(out, &vehicle, &columns, csv);
	}
	if (r < 0)
		return TRACE(r);
	return r == CSV_E_END ? 0 : DEMO_DATA_E_INPUT;
}

static void
add_driver(struct making *making, const struct person *person)
{
	static const char *const eyes[] = { "BRO", "BLU", "GRN", "HAZ", "GRY" };
	static const char *const places[] = { "ALBANY", "BOISE", "TACOMA",
		"UTICA", "TOLEDO" };
	struct buf *out = &making->output->drivers;
	char expires[11];

	instant_format_date(expires,
	    making->today + (int32_t)below(making, 8 * 365));
	add_cell(out, person->licence);
	add_cell(out, person->state);
	buf_add_format(out, "D,%s,%s,%s,",
	    below(making, 50) == 0 ? "NOT" : "LIC", expires,
	    below(making, 3) == 0 ? "B" : "");
	add_cell(out, person->family);
	add_cell(out, person->given);
	buf_add_format(out, "%s,%c,%u in,%s,", person->birth_date, person->sex,
	    (unsigned)below(making, 18) + 58,
	    eyes[below(making, ARRAY_LEN(eyes))]);
	add_cell(out, person->street);
	add_cell(out, person->city);
	add_cell(out, person->address_state);
	add_cell(out, person->zip);
	/* Numbers kept free for fiction. */
	buf_add_format(out, "%s-555-01%02u,%s,",
	    str_is_equal(person->state, STR("NY")) ? "518" : "206",
	    (unsigned)below(making, 100),
	    places[below(making, ARRAY_LEN(places))]);
	add_flags(out, person);
}

static void
add_drivers(struct making *making)
{
	/* The birthplace is there to see an import drop it. */
	buf_add_text(&making->output->drivers,
	    "License Number,License State,Class,Status,Expires,Restrictions,"
	    "Family Name,Given Name,Birth Date,Sex,Height,Eyes,Street,City,"
	    "State,Zip,Phone,Place of Birth,Protected,Sealed\n");
	for (size_t i = 0; i < making->n_people; i++)
		add_driver(making, &making->people[i]);
	making->output->n_drivers = making->n_people;
}

static void
put_case(struct json *json, struct making *making, const char *name,
    enum special special)
{
	const struct person *person = making->specials[special];

	json_key(json, str_of(name));
	json_open_object(json);
	json_put_string(json, "licence", arena_format(making->arena,
	    "licence|%.*s|%.*s", STR_ARG(person->state),
	    STR_ARG(person->licence)));
	json_put_string(json, "vin", arena_format(making->arena, "vin|%.*s",
	    STR_ARG(making->vins[special])));
	json_put_string(json, "plate", making->plates[special]);
	json_put_string(json, "person", arena_format(making->arena,
	    "person|%.*s|%.*s|%s", STR_ARG(person->family),
	    STR_ARG(person->given), person->birth_date));
	json_close_object(json);
}

/* Returns: 0; DEMO_DATA_E_INPUT when a special row was not reached. */
static int
put_cases(struct making *making, uint64_t seed)
{
	static const struct {
		const char *name;
		enum special special;
	} cases[] = {
		{ "plain", SPECIAL_PLAIN }, { "other", SPECIAL_OTHER },
		{ "many", SPECIAL_MANY }, { "sealed", SPECIAL_SEALED },
		{ "protected", SPECIAL_PROTECTED },
	};
	struct json json;

	json_init(&json, &making->output->cases);
	json_open_object(&json);
	json_put_string(&json, "notice", str_of(demo_data_notice));
	json_key(&json, STR("seed"));
	json_raw(&json, arena_format(making->arena, "%llu",
			    (unsigned long long)seed));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (making->specials[cases[i].special] == NULL)
			return DEMO_DATA_E_INPUT;
		put_case(&json, making, cases[i].name, cases[i].special);
	}
	json_close_object(&json);
	buf_add_char(&making->output->cases, '\n');
	return 0;
}

static int
read_names(struct making *making, const struct demo_data_input *input)
{
	int r = demo_names_parse(&making->surnames, making->arena,
	    input->surnames);

	if (r == 0)
		r = demo_names_parse(&making->female, making->arena,
		    input->female);
	if (r == 0)
		r = demo_names_parse(&making->male, making->arena,
		    input->male);
	return r > 0 ? DEMO_DATA_E_INPUT : TRACE(r);
}

static int
make_registry(struct buf *out, struct making *making,
    const struct registry *registry, struct str text)
{
	struct csv csv;
	int r;

	csv_init(&csv, text, ',');
	r = make_vehicles(out, making, registry, &csv);
	csv_fini(&csv);
	return TRACE(r);
}

static int
finish(struct demo_data_output *output)
{
	if (buf_finish(&output->ny) != 0 || buf_finish(&output->wa) != 0 ||
	    buf_finish(&output->drivers) != 0 ||
	    buf_finish(&output->cases) != 0)
		return FAULT(ENOMEM);
	return 0;
}

int
demo_data_make(struct demo_data_output *output, struct arena *arena,
    const struct demo_data_input *input, uint64_t seed, int32_t today)
{
	struct making making = { .output = output, .arena = arena,
		.today = today };
	int r;

	*output = (struct demo_data_output){ 0 };
	buf_init(&output->ny, LIMIT_DEMO_BYTES);
	buf_init(&output->wa, LIMIT_DEMO_BYTES);
	buf_init(&output->drivers, LIMIT_DEMO_BYTES);
	buf_init(&output->cases, LIMIT_DEMO_BYTES);
	random_seeded(&making.random, seed);
	map_init(&making.taken, arena, seed);
	map_init(&making.by_zip, arena, seed);
	making.people = ARENA_ARRAY(arena, ROWS, struct person);
	if (making.people == NULL)
		return FAULT(ENOMEM);
	r = read_names(&making, input);
	if (r == 0)
		r = make_registry(&output->ny, &making, &new_york,
		    input->ny_vehicles);
	if (r == 0)
		r = make_registry(&output->wa, &making, &washington,
		    input->wa_vehicles);
	if (r != 0)
		return TRACE(r);
	add_drivers(&making);
	r = put_cases(&making, seed);
	return r != 0 ? r : TRACE(finish(output));
}

void
demo_data_fini(struct demo_data_output *output)
{
	buf_fini(&output->ny);
	buf_fini(&output->wa);
	buf_fini(&output->drivers);
	buf_fini(&output->cases);
}

/* Read one input of the data folder. */
static int
read_input(struct str *text, struct arena *arena, const char *data_dir,
    const char *name)
{
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof(path), "%s/%s", data_dir, name);
	int r;

	if (n < 0 || (size_t)n >= sizeof(path))
		return FAULT(ENAMETOOLONG);
	r = file_read(text, arena, AT_FDCWD, path, LIMIT_DEMO_BYTES);
	return r > 0 ? DEMO_DATA_E_INPUT : TRACE(r);
}

static int
write_output(const char *out_dir, const char *name, const struct buf *text)
{
	char path[PATH_BYTES];
	int n = snprintf(path, sizeof(path), "%s/%s", out_dir, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return FAULT(ENAMETOOLONG);
	return TRACE(file_replace(AT_FDCWD, path, buf_str(text), 0600));
}

static int
read_inputs(struct demo_data_input *input, struct arena *arena,
    const char *data_dir)
{
	const struct {
		struct str *text;
		const char *name;
	} files[] = {
		{ &input->ny_vehicles,
		    "vehicles/ny_dmv_ev_registrations_2018.csv" },
		{ &input->wa_vehicles, "vehicles/wa_dol_ev_first2000.csv" },
		{ &input->surnames, "people/census1990_surnames_top5000.txt" },
		{ &input->female, "people/census1990_female_first.txt" },
		{ &input->male, "people/census1990_male_first.txt" },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(files) && r == 0; i++)
		r = read_input(files[i].text, arena, data_dir, files[i].name);
	return TRACE(r);
}

static int
write_outputs(const char *out_dir, const struct demo_data_output *output)
{
	const struct {
		const struct buf *text;
		const char *name;
	} files[] = {
		{ &output->ny, "ny.csv" },
		{ &output->wa, "wa.csv" },
		{ &output->drivers, "drivers.csv" },
		{ &output->cases, "cases.json" },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(files) && r == 0; i++)
		r = write_output(out_dir, files[i].name, files[i].text);
	return TRACE(r);
}

int
demo_data_write(const char *out_dir, const char *data_dir, uint64_t seed,
    int32_t today)
{
	CLEANUP(arena_fini) struct arena arena;
	CLEANUP(demo_data_fini) struct demo_data_output output = { 0 };
	struct demo_data_input input;
	int r;

	arena_init(&arena, ARENA_BYTES);
	r = read_inputs(&input, &arena, data_dir);
	if (r == 0)
		r = demo_data_make(&output, &arena, &input, seed, today);
	return r != 0 ? TRACE(r) : TRACE(write_outputs(out_dir, &output));
}
