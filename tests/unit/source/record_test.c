/* The table of record fields. */
#include "tap.h"
#include "source/record.h"

static enum record_class
class_of(struct str name)
{
	enum record_field field;

	if (!check(record_field_find(&field, name)))
		return RECORD_NEVER;
	return record_field_get(field)->class;
}

static void
every_field_is_found_by_its_name_and_no_two_share_one(void)
{
	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		const struct record_field_info *info =
		    record_field_get((enum record_field)i);
		enum record_field found;

		check(record_field_find(&found, info->name));
		check_u64(found, i);
		check(info->max > 0 && info->title.len > 0);
		check(info->cite.len > 0 && info->kind != RECORD_NONE);
	}
}

static void
an_unknown_field_is_not_found(void)
{
	enum record_field field;

	check(!record_field_find(&field, STR("vehicle")));
	check(!record_field_find(&field, STR("Vehicle.vin")));
	check(!record_field_find(&field, STR("")));
	check(!record_field_find(&field, STR("person.birthplace")));
}

/* 18 USC 2725(3) and (4), DPPA-1 and DPPA-2. */
static void
classes_follow_18_usc_2725_3_and_4(void)
{
	check(class_of(STR("owner.address.zip")) == RECORD_PUBLIC);
	check(class_of(STR("owner.address.street")) == RECORD_PI);
	check(class_of(STR("licence.number")) == RECORD_PI);
	check(class_of(STR("licence.status")) == RECORD_PUBLIC);
	check(class_of(STR("person.phone")) == RECORD_PI);
	check(class_of(STR("person.photo")) == RECORD_HRPI);
	check(class_of(STR("person.medical")) == RECORD_HRPI);
	check(class_of(STR("person.ssn")) == RECORD_NEVER);
}

static void
the_fields_of_a_kind_leave_the_social_security_number_out(void)
{
	uint64_t vehicle = record_fields_of(RECORD_VEHICLE);
	uint64_t driver = record_fields_of(RECORD_DRIVER);

	check((vehicle & driver) == 0);
	check((driver & RECORD_BIT(RECORD_PERSON_SSN)) == 0);
	check((driver & RECORD_BIT(RECORD_PERSON_PHOTO)) != 0);
	check_u64(record_fields_of(RECORD_NONE), 0);
	check_u64((vehicle | driver) | RECORD_BIT(RECORD_PERSON_SSN),
	    (UINT64_C(1) << RECORD_N_FIELDS) - 1);
}

static void
a_record_keeps_only_the_fields_in_the_set(void)
{
	struct record record = { .kind = RECORD_VEHICLE };

	record.values[RECORD_VEHICLE_MAKE] = STR("NISSA");
	record.values[RECORD_OWNER_FAMILY] = STR("DOE");
	record_keep(&record, RECORD_BIT(RECORD_VEHICLE_MAKE));
	check_str(record_get(&record, RECORD_VEHICLE_MAKE), STR("NISSA"));
	check(record_get(&record, RECORD_OWNER_FAMILY).p == NULL);
}

static const struct tap_test tests[] = {
	TEST(every_field_is_found_by_its_name_and_no_two_share_one),
	TEST(an_unknown_field_is_not_found),
	TEST(classes_follow_18_usc_2725_3_and_4),
	TEST(the_fields_of_a_kind_leave_the_social_security_number_out),
	TEST(a_record_keeps_only_the_fields_in_the_set),
};

TAP_MAIN(tests)
