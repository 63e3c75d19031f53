/* The register of the holder's statements; see sayings.h. */
#include "store/sayings.h"

#include "store/row.h"
#include "util/fault.h"

static const struct sayings_topic topics[] = {
#define X(name, title, tables) { name, title, tables },
#include "store/topics.def"
#undef X
};

static const struct row_field fields[] = {
	ROW_FIELD(TEXT, struct store_saying, number),
	ROW_FIELD(TEXT, struct store_saying, topic),
	ROW_FIELD(TEXT, struct store_saying, text),
	ROW_FIELD(TEXT, struct store_saying, supersedes),
	ROW_FIELD(TEXT, struct store_saying, drafted_by),
	ROW_FIELD(I64, struct store_saying, drafted_us),
	ROW_FIELD(U64, struct store_saying, drafted_index),
	ROW_FIELD(TEXT, struct store_saying, approved_by),
	ROW_FIELD(I64, struct store_saying, approved_us),
	ROW_FIELD(U64, struct store_saying, approved_index),
};

static const struct row_table table = ROW_TABLE(fields, struct store_saying);

struct walk {
	sayings_each_fn *each;
	void *context;
};

static int
walk_saying(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->each(walk->context, object);
}

const struct sayings_topic *
sayings_topic(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (str_is_equal(name, str_of(topics[i].name)))
			return &topics[i];
	}
	return NULL;
}

const struct sayings_topic *
sayings_topics(size_t *n)
{
	*n = ARRAY_LEN(topics);
	return topics;
}

int
sayings_put(struct store *store, const struct store_saying *saying)
{
	return TRACE(row_write(store, STATEMENT_SAYING_PUT, &table, saying,
	    STORE_E_EXISTS));
}

int
sayings_approve(struct store *store, struct str number, struct str by,
    int64_t now_us, uint64_t index)
{
	return TRACE(row_change(store, STATEMENT_SAYING_APPROVE,
	    (const struct backend_value[]){ row_text(number), row_text(by),
		row_i64(now_us), row_u64(index) },
	    STORE_E_ABSENT));
}

int
sayings_find(struct store *store, struct arena *arena,
    struct store_saying *saying, struct str number)
{
	return TRACE(row_find(store, arena, STATEMENT_SAYING_FIND, &table,
	    saying, (const struct backend_value[]){ row_text(number) }));
}

int
sayings_in_force(struct store *store, struct arena *arena,
    struct store_saying *saying, struct str topic)
{
	return TRACE(row_find(store, arena, STATEMENT_SAYING_IN_FORCE, &table,
	    saying, (const struct backend_value[]){ row_text(topic) }));
}

int
sayings_each(struct store *store, sayings_each_fn *each, void *context)
{
	struct walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_SAYING_EACH, &table, NULL,
	    walk_saying, &walk));
}
