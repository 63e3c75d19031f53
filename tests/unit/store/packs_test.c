/* Packs in force and their history. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

static int
tally_pack(void *context, const struct store_pack *pack)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*s:%llu", STR_ARG(pack->name),
	    (unsigned long long)pack->version);
	return tally(context, str_of(text));
}

static int
activate(struct store *store, uint64_t index, const char *name,
    uint64_t version, const char *hash)
{
	return packs_activate(store,
	    &(struct store_pack){ str_of(name), version, str_of(hash),
		(int64_t)index * 10, index });
}

static void
p11_the_newest_activation_of_a_name_is_in_force(void)
{
	struct fixture f;
	struct store_pack pack;
	struct tally active = { 0 };
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(activate(f.store, 1, "house", 1, "aa"), 0);
	check_u64(activate(f.store, 1, "federal", 1, "bb"), 0);
	check_u64(activate(f.store, 1, "house", 9, "cc"), STORE_E_EXISTS);
	check_u64(activate(f.store, 2, "house", 2, "dd"), 0);
	check_u64(activate(f.store, 3, "state", 1, "ee"), 0);
	check_u64(activate(f.store, 4, "state", 1, ""), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(packs_find(f.store, &f.arena, &pack, STR("house")), 0);
	check_u64(pack.version, 2);
	check_str(pack.hash, STR("dd"));
	check_u64(pack.index, 2);
	check_u64(pack.activated_us, 20);
	check_u64(packs_find(f.store, &f.arena, &pack, STR("state")),
	    STORE_E_ABSENT);
	check_u64(packs_find(f.store, &f.arena, &pack, STR("county")),
	    STORE_E_ABSENT);
	check_u64(packs_each_active(f.store, tally_pack, &active), 0);
	check_str(str_of(active.names), STR("federal:1 house:2 "));
	check_u64(packs_each(f.store, tally_pack, &all), 0);
	check_str(str_of(all.names),
	    STR("federal:1 house:1 house:2 state:1 state:1 "));
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(p11_the_newest_activation_of_a_name_is_in_force),
};

TAP_MAIN(tests)
