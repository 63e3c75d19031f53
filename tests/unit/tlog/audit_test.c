/* Whole-log checks in memory: every kind of damage is named where it is. */
#include "tlog/audit.h"

#include "memory_log.h"
#include "tap.h"

enum {
	SIZE = 66000, /* levels 0 to 2, the last two partial */
};

/* A log in memory with at most one thing wrong. */
struct damage {
	enum tlog_audit_kind kind; /* SOUND: a changed byte, when is_set */
	bool is_set;
	struct tlog_tile where;
	size_t at; /* hash or entry in it */
};

struct source {
	struct memory_tiles tiles;
	struct damage damage;
	char texts[TLOG_TILE_WIDTH][32];
};

static uint8_t level0[SIZE][32];
static uint8_t level1[SIZE / 256][32];
static uint8_t level2[1][32];

static void
fill_tiles(void)
{
	memory_log_fill(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		memcpy(level0[i], memory_leaves[i].b, 32);
	for (size_t i = 0; i < SIZE / 256; i++) {
		struct digest node = naive_root(i * 256, (i + 1) * 256);

		memcpy(level1[i], node.b, 32);
	}
	memcpy(level2[0], naive_root(0, 65536).b, 32);
}

static bool
is_damaged(const struct damage *damage, bool is_entries, unsigned level,
    uint64_t index)
{
	return damage->is_set && damage->where.is_entries == is_entries &&
	    damage->where.level == level && damage->where.index == index;
}

static int
read_tile(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	static uint8_t (*const levels[])[32] = { level0, level1, level2 };
	struct source *source = context;

	if (level > 2 || tlog_tile_width(SIZE, level, index) < width)
		return TLOG_TILE_E_MISSING;
	memcpy(hashes, levels[level][index * 256], 32 * (size_t)width);
	if (!is_damaged(&source->damage, false, level, index))
		return 0;
	if (source->damage.kind == TLOG_AUDIT_SHORT)
		return TLOG_TILE_E_SHORT;
	if (source->damage.kind == TLOG_AUDIT_EXTRA)
		return TLOG_TILE_E_EXTRA;
	if (source->damage.kind == TLOG_AUDIT_MISSING)
		return TLOG_TILE_E_MISSING;
	hashes[32 * source->damage.at + 7] ^= 0x20;
	return 0;
}

static int
read_entries(void *context, uint64_t index, unsigned width,
    struct str *entries, size_t *n)
{
	struct source *source = context;
	const struct damage *damage = &source->damage;

	for (*n = 0; *n < width; (*n)++)
		entries[*n] = memory_entry(source->texts[*n],
		    (size_t)index * 256 + *n);
	if (!is_damaged(damage, true, 0, index))
		return 0;
	if (damage->kind == TLOG_AUDIT_SOUND) {
		source->texts[damage->at][2] ^= 1;
		return 0;
	}
	if (damage->kind == TLOG_AUDIT_SHORT)
		*n = damage->at;
	if (damage->kind == TLOG_AUDIT_MISSING)
		*n = 0;
	return (int)damage->kind;
}

static int
run(struct tlog_audit_finding *finding, struct damage damage, uint64_t size,
    const struct digest *root)
{
	static struct source memory;
	struct tlog_audit_source source = { { read_tile, &memory },
		read_entries, &memory };

	memory.damage = damage;
	return tlog_audit_run(&source, finding, size, root);
}

static struct tlog_tile
at(bool is_entries, unsigned level, uint64_t index)
{
	return (struct tlog_tile){ is_entries, level, index,
		tlog_tile_width(SIZE, level, index) };
}

static void
check_finding(struct damage damage, enum tlog_audit_kind kind, uint64_t entry,
    const char *want)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_audit_finding finding;
	struct digest root = naive_root(0, SIZE);

	check(run(&finding, damage, SIZE, &root) == TLOG_AUDIT_E_BAD);
	check_u64(finding.kind, kind);
	check_u64(finding.entry, entry);
	check_u64(finding.where.is_entries, damage.where.is_entries);
	check_u64(finding.where.level, damage.where.level);
	check_u64(finding.where.index, damage.where.index);
	check_u64(finding.where.width, damage.where.width);
	buf_init(&text, 200);
	tlog_audit_describe(&finding, &text);
	check_str(buf_str(&text), str_of(want));
}

static void
sound_logs_of_every_shape_are_sound(void)
{
	static const size_t sizes[] = { 1, 255, 256, 257, 700, 65535, 65536,
		65537, SIZE };
	struct tlog_audit_finding finding;

	fill_tiles();
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct digest root = naive_root(0, sizes[i]);

		check(run(&finding, (struct damage){ 0 }, sizes[i], &root) ==
		    0);
		check_u64(finding.kind, TLOG_AUDIT_SOUND);
		check_u64(finding.n_entries, sizes[i]);
	}
	check_u64(finding.n_tiles, 258 + 2 + 1);
}

static void
the_empty_log_has_the_empty_root(void)
{
	struct tlog_audit_finding finding;
	struct digest empty;

	tlog_merkle_empty(&empty);
	check(run(&finding, (struct damage){ 0 }, 0, &empty) == 0);
	empty.b[0] ^= 1;
	check(run(&finding, (struct damage){ 0 }, 0, &empty) ==
	    TLOG_AUDIT_E_BAD);
	check_u64(finding.kind, TLOG_AUDIT_ROOT);
	check(run(&finding, (struct damage){ 0 }, TLOG_SIZE_MAX + 1, &empty) ==
	    TLOG_AUDIT_E_RANGE);
}

static void
a_changed_entry_is_named(void)
{
	check_finding((struct damage){ .is_set = true, .where = at(true, 0, 5),
			  .at = 17 },
	    TLOG_AUDIT_HASH, 5 * 256 + 17,
	    "tile/entries/005: entry 1297 is not what was logged");
	check_finding((struct damage){ .is_set = true,
			  .where = at(true, 0, 257), .at = 207 },
	    TLOG_AUDIT_HASH, 65999,
	    "tile/entries/257.p/208: entry 65999 is not what was logged");
}

static void
a_changed_tile_is_named_at_every_level(void)
{
	check_finding((struct damage){ .is_set = true, .where = at(false, 0, 9),
			  .at = 4 },
	    TLOG_AUDIT_HASH, 9 * 256 + 4,
	    "tile/0/009: hash of entry 2308 is not what was logged");
	check_finding((struct damage){ .is_set = true,
			  .where = at(false, 0, 257), .at = 3 },
	    TLOG_AUDIT_HASH, 257 * 256 + 3,
	    "tile/0/257.p/208: hash of entry 65795 is not what was logged");
	check_finding((struct damage){ .is_set = true, .where = at(false, 1, 0),
			  .at = 200 },
	    TLOG_AUDIT_HASH, 200 * 256,
	    "tile/1/000: hash of entry 51200 is not what was logged");
	check_finding((struct damage){ .is_set = true, .where = at(false, 1, 1),
			  .at = 0 },
	    TLOG_AUDIT_HASH, 65536,
	    "tile/1/001.p/1: hash of entry 65536 is not what was logged");
	check_finding((struct damage){ .is_set = true, .where = at(false, 2, 0),
			  .at = 0 },
	    TLOG_AUDIT_HASH, 0,
	    "tile/2/000.p/1: hash of entry 0 is not what was logged");
}

static void
what_is_missing_short_or_long_is_named(void)
{
	check_finding((struct damage){ TLOG_AUDIT_MISSING, true,
			  at(true, 0, 100), 0 },
	    TLOG_AUDIT_MISSING, 25600, "tile/entries/100: missing");
	check_finding((struct damage){ TLOG_AUDIT_SHORT, true, at(true, 0, 100),
			  30 },
	    TLOG_AUDIT_SHORT, 25630,
	    "tile/entries/100: cut short at entry 25630");
	check_finding((struct damage){ TLOG_AUDIT_EXTRA, true, at(true, 0, 100),
			  0 },
	    TLOG_AUDIT_EXTRA, 25856,
	    "tile/entries/100: extra bytes behind its end");
	check_finding((struct damage){ TLOG_AUDIT_MISSING, true,
			  at(false, 0, 3), 0 },
	    TLOG_AUDIT_MISSING, 768, "tile/0/003: missing");
	check_finding((struct damage){ TLOG_AUDIT_MISSING, true,
			  at(false, 1, 1), 0 },
	    TLOG_AUDIT_MISSING, 65536, "tile/1/001.p/1: missing");
	check_finding((struct damage){ TLOG_AUDIT_SHORT, true, at(false, 1, 0),
			  0 },
	    TLOG_AUDIT_SHORT, 0, "tile/1/000: cut short at entry 0");
	check_finding((struct damage){ TLOG_AUDIT_EXTRA, true, at(false, 0, 8),
			  0 },
	    TLOG_AUDIT_EXTRA, 2048, "tile/0/008: extra bytes behind its end");
}

static void
a_foreign_checkpoint_is_told_from_a_changed_tile(void)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_audit_finding finding;
	struct digest root = { { 1 } };

	check(run(&finding, (struct damage){ 0 }, SIZE, &root) ==
	    TLOG_AUDIT_E_BAD);
	check_u64(finding.kind, TLOG_AUDIT_ROOT);
	buf_init(&text, 200);
	tlog_audit_describe(&finding, &text);
	check_str(buf_str(&text),
	    STR("checkpoint: its root is not that of the tiles"));
}

static const struct tap_test tests[] = {
	TEST(sound_logs_of_every_shape_are_sound),
	TEST(the_empty_log_has_the_empty_root),
	TEST(a_changed_entry_is_named),
	TEST(a_changed_tile_is_named_at_every_level),
	TEST(what_is_missing_short_or_long_is_named),
	TEST(a_foreign_checkpoint_is_told_from_a_changed_tile),
};

TAP_MAIN(tests)
