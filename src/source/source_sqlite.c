/* Records in SQLite, read and written; see source_sqlite.h. */
#include "source/source_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/utf8.h"

#define APPLICATION_ID 0x5374696c /* "Stil" */
#define SCHEMA_VERSION 1
#define FIRST_FIELD 5 /* columns of a row before its fields */
#define SQL_BYTES 8192
#define PATH_BYTES 4096

/* Which table and which of its keys a kind of subject is looked up in. */
static const struct {
	enum record_kind kind;
	const char *column;
} looked_up[] = {
	[SUBJECT_LICENCE] = { RECORD_DRIVER, "first_key" },
	[SUBJECT_VIN] = { RECORD_VEHICLE, "first_key" },
	[SUBJECT_PLATE] = { RECORD_VEHICLE, "second_key" },
	[SUBJECT_PERSON] = { RECORD_DRIVER, "second_key" },
};

static const enum record_kind kinds[] = { RECORD_VEHICLE, RECORD_DRIVER };

struct reader {
	char path[PATH_BYTES];
	struct stat seen; /* the file the connection was opened on */
	sqlite3 *db;
	sqlite3_stmt *find[ARRAY_LEN(looked_up)]; /* key -> count, id */
	sqlite3_stmt *row[RECORD_DRIVER + 1];	  /* id -> record */
};

struct source_sqlite_writer {
	char path[PATH_BYTES];
	char fresh[PATH_BYTES]; /* path + ".new" */
	int lock;		/* the directory, flock()ed; -1: not yet */
	bool is_begun;		/* fresh exists */
	sqlite3 *db;
	sqlite3_stmt *find[RECORD_DRIVER + 1];
	sqlite3_stmt *put[RECORD_DRIVER + 1];
};

/* SQLite's error as an errno, for what cannot be anybody's input. */
static int
error_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_FULL:
		return ENOSPC;
	default:
		return EIO;
	}
}

/* Run statements that take and return nothing. */
static int
run(sqlite3 *db, const char *sql)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : FAULT(error_of(rc));
}

static int
prepare(sqlite3_stmt **statement, sqlite3 *db, const struct buf *sql)
{
	int rc;

	if (buf_finish(sql) != 0)
		return FAULT(ENOMEM);
	rc = sqlite3_prepare_v3(db, sql->bytes, (int)sql->len,
	    SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return rc == SQLITE_OK ? 0 : FAULT(error_of(rc));
}

static int
bind(sqlite3_stmt *statement, int at, struct str value)
{
	int rc = value.len == 0
	    ? sqlite3_bind_null(statement, at)
	    : sqlite3_bind_text(statement, at, value.p, (int)value.len,
		  SQLITE_STATIC);

	return rc == SQLITE_OK ? 0 : FAULT(error_of(rc));
}

/* "vehicle"; kinds are never an outsider's text. */
static void
add_kind(struct buf *sql, enum record_kind kind)
{
	buf_add_str(sql, record_kind_text(kind));
}

/* One text per field of the kind, the name between before and after. */
static void
add_fields(struct buf *sql, enum record_kind kind, const char *before,
    const char *after, bool is_twice)
{
	uint64_t fields = record_fields_of(kind);

	for (size_t i = 0; i < RECORD_N_FIELDS; i++) {
		struct str name = record_field_get((enum record_field)i)->name;

		if ((fields & RECORD_BIT(i)) == 0)
			continue;
		buf_add_text(sql, before);
		buf_add_str(sql, name);
		buf_add_text(sql, after);
		if (is_twice) {
			buf_add_str(sql, name);
			buf_add_char(sql, '"');
		}
	}
}

static size_t
count_fields(enum record_kind kind)
{
	return (size_t)__builtin_popcountll(record_fields_of(kind));
}

/* ---- reading ---- */

static void
disconnect(struct reader *reader)
{
	for (size_t i = 0; i < ARRAY_LEN(reader->find); i++) {
		sqlite3_finalize(reader->find[i]);
		reader->find[i] = NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(reader->row); i++) {
		sqlite3_finalize(reader->row[i]);
		reader->row[i] = NULL;
	}
	sqlite3_close(reader->db);
	reader->db = NULL;
}

/*
 * The look-up of a key gives one row, whatever it finds: how many there are
 * (0, 1, or 2 for more) and which. No step depends on the answer.
 */
static int
prepare_find(struct reader *reader, enum subject_kind kind)
{
	CLEANUP(buf_fini) struct buf sql;

	buf_init(&sql, SQL_BYTES);
	buf_add_text(&sql, "SELECT count(*), coalesce(max(id), 0) FROM "
			   "(SELECT id FROM ");
	add_kind(&sql, looked_up[kind].kind);
	buf_add_format(&sql, " WHERE %s = ?1 LIMIT 2)",
	    looked_up[kind].column);
	return TRACE(prepare(&reader->find[kind], reader->db, &sql));
}

static int
prepare_row(struct reader *reader, enum record_kind kind)
{
	CLEANUP(buf_fini) struct buf sql;

	buf_init(&sql, SQL_BYTES);
	buf_add_text(&sql, "SELECT record_id, is_protected, is_sealed, "
			   "first_key, second_key");
	add_fields(&sql, kind, ", \"", "\"", false);
	buf_add_text(&sql, " FROM ");
	add_kind(&sql, kind);
	buf_add_text(&sql, " WHERE id = ?1");
	return TRACE(prepare(&reader->row[kind], reader->db, &sql));
}

/* Whether the database says it is one of ours, of this version. */
static bool
is_ours(sqlite3 *db)
{
	static const struct {
		const char *sql;
		int want;
	} marks[] = {
		{ "PRAGMA application_id", APPLICATION_ID },
		{ "PRAGMA user_version", SCHEMA_VERSION },
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		sqlite3_stmt *statement = NULL;
		int got = 0;

		if (sqlite3_prepare_v2(db, marks[i].sql, -1, &statement,
			NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW)
			got = sqlite3_column_int(statement, 0);
		sqlite3_finalize(statement);
		if (got != marks[i].want)
			return false;
	}
	return true;
}

/* A file: URI; what a URI would read otherwise is escaped. */
static int
format_uri(struct buf *uri, const char *path)
{
	buf_add_text(uri, "file:");
	for (const char *p = path; *p != '\0'; p++) {
		if (strchr("?#%", *p) != NULL)
			buf_add_format(uri, "%%%02x", (unsigned)*p);
		else
			buf_add_char(uri, *p);
	}
	buf_add_text(uri, "?mode=ro&immutable=1");
	return buf_finish(uri) == 0 ? 0 : FAULT(ENOMEM);
}

static int
connect_file(struct reader *reader)
{
	CLEANUP(buf_fini) struct buf uri;
	int r;

	buf_init(&uri, 4 * PATH_BYTES);
	r = format_uri(&uri, reader->path);
	if (r < 0)
		return TRACE(r);
	if (sqlite3_open_v2(uri.bytes, &reader->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_PRIVATECACHE,
		NULL) != SQLITE_OK ||
	    !is_ours(reader->db))
		return FAULT(EIO);
	sqlite3_db_config(reader->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	r = run(reader->db, "PRAGMA cell_size_check = ON;"
			    "PRAGMA query_only = ON");
	if (r < 0)
		return TRACE(r);
	for (size_t i = SUBJECT_LICENCE; i < ARRAY_LEN(looked_up); i++) {
		r = prepare_find(reader, (enum subject_kind)i);
		if (r < 0)
			return TRACE(r);
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		r = prepare_row(reader, kinds[i]);
		if (r < 0)
			return TRACE(r);
	}
	return 0;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Make sure the connection is on the file that the path names now. */
static int
follow(struct reader *reader)
{
	struct stat now;

	if (stat(reader->path, &now) < 0) {
		disconnect(reader);
		return SOURCE_E_DOWN;
	}
	if (reader->db != NULL && is_same_file(&now, &reader->seen))
		return 0;
	disconnect(reader);
	if (connect_file(reader) < 0) {
		disconnect(reader);
		return SOURCE_E_DOWN;
	}
	reader->seen = now;
	return 0;
}

static void
close_reader(struct source *source)
{
	struct reader *reader = source->state;

	disconnect(reader);
	free(reader);
	source->state = NULL;
}

static int
open_reader(struct source *source, const char *location)
{
	struct reader *reader;
	int r;

	if (strlen(location) >= PATH_BYTES)
		return SOURCE_E_DOWN;
	reader = calloc(1, sizeof(*reader));
	if (reader == NULL)
		return FAULT(ENOMEM);
	memcpy(reader->path, location, strlen(location));
	source->state = reader;
	r = follow(reader);
	if (r != 0)
		close_reader(source);
	return r;
}

/* How many records have the key, and the id of one of them. */
static int
find(int64_t *n_hits, int64_t *id, sqlite3_stmt *statement, struct str key)
{
	int rc = sqlite3_bind_text(statement, 1, key.p, (int)key.len,
	    SQLITE_STATIC);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		*n_hits = sqlite3_column_int64(statement, 0);
		*id = sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	if (rc == SQLITE_ROW)
		return 0;
	return rc == SQLITE_NOMEM ? FAULT(ENOMEM) : SOURCE_E_DOWN;
}

/*
 * The value of a column; absent when NULL. The importer stores UTF-8 only, so
 * anything else is damage. Returns: 0; SOURCE_E_DOWN; fault ENOMEM.
 */
static int
copy_column(struct str *value, struct arena *arena, sqlite3_stmt *statement,
    int column)
{
	struct str text = {
		.p = (const char *)sqlite3_column_text(statement, column),
		.len = (size_t)sqlite3_column_bytes(statement, column),
	};

	*value = (struct str){ NULL, 0 };
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return 0;
	if (text.p == NULL)
		return FAULT(ENOMEM);
	if (!utf8_is_valid(text))
		return SOURCE_E_DOWN;
	*value = arena_str(arena, text);
	return value->p != NULL ? 0 : FAULT(ENOMEM);
}

static int
copy_row(struct record *record, struct arena *arena, sqlite3_stmt *statement,
    enum record_kind kind)
{
	uint64_t fields = record_fields_of(kind);
	int column = FIRST_FIELD;
	int r = copy_column(&record->id, arena, statement, 0);

	record->kind = kind;
	record->is_protected = sqlite3_column_int(statement, 1) != 0;
	record->is_sealed = sqlite3_column_int(statement, 2) != 0;
	for (size_t i = 0; i < RECORD_N_FIELDS && r == 0; i++) {
		if ((fields & RECORD_BIT(i)) != 0)
			r = copy_column(&record->values[i], arena, statement,
			    column++);
	}
	return TRACE(r);
}

/* Whether the row has the key in one of its two columns. */
static bool
has_key(sqlite3_stmt *statement, struct str key)
{
	bool is_found = false;

	for (int column = 3; column < FIRST_FIELD; column++) {
		const void *bytes = sqlite3_column_blob(statement, column);
		int len = sqlite3_column_bytes(statement, column);

		is_found |= bytes != NULL &&
		    str_is_equal((struct str){ bytes, (size_t)len }, key);
	}
	return is_found;
}

/* id 0 is the empty row, which no key needs to be on. */
static int
read_row(struct record *record, struct arena *arena, sqlite3_stmt *statement,
    enum record_kind kind, int64_t id, struct str key)
{
	int rc = sqlite3_bind_int64(statement, 1, id);
	int r = SOURCE_E_DOWN;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		r = copy_row(record, arena, statement, kind);
	/* P2: a damaged index must not lead to somebody else. */
	if (r == 0 && !has_key(statement, key) && id != 0)
		r = SOURCE_E_DOWN;
	sqlite3_reset(statement);
	return rc == SQLITE_NOMEM ? FAULT(ENOMEM) : TRACE(r);
}

static int
fetch(struct record *record, struct source *source, struct arena *arena,
    const struct subject *subject)
{
	struct reader *reader = source->state;
	enum record_kind kind = looked_up[subject->kind].kind;
	int64_t n_hits = 0;
	int64_t id = 0;
	int r = follow(reader);

	if (r != 0)
		return r;
	r = find(&n_hits, &id, reader->find[subject->kind],
	    subject->canonical);
	if (r != 0)
		return TRACE(r);
	/* Row 0 is the empty one: none and many read a row as well. */
	r = read_row(record, arena, reader->row[kind], kind,
	    n_hits == 1 ? id : 0, subject->canonical);
	if (r != 0)
		return TRACE(r);
	if (n_hits != 1)
		return n_hits == 0 ? SOURCE_E_NONE : SOURCE_E_MANY;
	return 0;
}

static struct str
provenance(struct source *source, struct arena *arena)
{
	struct reader *reader = source->state;
	sqlite3_stmt *statement = NULL;
	struct str text = STR("nothing was imported yet");

	if (follow(reader) != 0)
		return STR("the source of records is down");
	if (sqlite3_prepare_v2(reader->db,
		"SELECT text || '; import ' || id FROM provenance "
		"ORDER BY id DESC LIMIT 1",
		-1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW &&
	    copy_column(&text, arena, statement, 0) != 0)
		text = STR("unknown");
	sqlite3_finalize(statement);
	return text;
}

const struct source_backend source_sqlite_backend = {
	.name = "sqlite",
	.open = open_reader,
	.fetch = fetch,
	.provenance = provenance,
	.close = close_reader,
};

/* ---- writing ---- */

static int
create_table(sqlite3 *db, enum record_kind kind)
{
	CLEANUP(buf_fini) struct buf sql;
	struct str name = record_kind_text(kind);

	buf_init(&sql, SQL_BYTES);
	buf_add_text(&sql, "CREATE TABLE ");
	buf_add_str(&sql, name);
	buf_add_text(&sql, "(id INTEGER PRIMARY KEY, "
			   "record_id TEXT NOT NULL UNIQUE, "
			   "first_key TEXT, second_key TEXT, "
			   "is_protected INTEGER NOT NULL, "
			   "is_sealed INTEGER NOT NULL");
	add_fields(&sql, kind, ", \"", "\" TEXT", false);
	buf_add_format(&sql,
	    ");CREATE INDEX %.*s_first ON %.*s(first_key) "
	    "WHERE first_key IS NOT NULL;"
	    "CREATE INDEX %.*s_second ON %.*s(second_key) "
	    "WHERE second_key IS NOT NULL;"
	    "INSERT INTO %.*s(id, record_id, is_protected, is_sealed) "
	    "VALUES(0, '', 0, 0)",
	    STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(name),
	    STR_ARG(name));
	if (buf_finish(&sql) != 0)
		return FAULT(ENOMEM);
	return TRACE(run(db, sql.bytes));
}

static int
create_schema(sqlite3 *db)
{
	int r = run(db, "PRAGMA application_id = 1400138092;"
			"PRAGMA user_version = 1;"
			"CREATE TABLE provenance(id INTEGER PRIMARY KEY, "
			"text TEXT NOT NULL)");

	_Static_assert(APPLICATION_ID == 1400138092 && SCHEMA_VERSION == 1,
	    "the numbers in the text");
	for (size_t i = 0; i < ARRAY_LEN(kinds) && r == 0; i++)
		r = create_table(db, kinds[i]);
	return TRACE(r);
}

static int
prepare_put(struct source_sqlite_writer *writer, enum record_kind kind)
{
	CLEANUP(buf_fini) struct buf sql;
	size_t n = count_fields(kind);

	buf_init(&sql, SQL_BYTES);
	buf_add_text(&sql, "INSERT INTO ");
	add_kind(&sql, kind);
	buf_add_text(&sql, "(record_id, first_key, second_key, is_protected, "
			   "is_sealed");
	add_fields(&sql, kind, ", \"", "\"", false);
	buf_add_text(&sql, ") VALUES(?3, ?4, ?5, ?6, ?7");
	for (size_t i = 0; i < n; i++)
		buf_add_format(&sql, ", ?%zu", i + 8);
	buf_add_text(&sql,
	    ") ON CONFLICT(record_id) DO UPDATE SET "
	    "first_key = excluded.first_key, second_key = excluded.second_key, "
	    "is_protected = excluded.is_protected OR (?1 AND is_protected), "
	    "is_sealed = excluded.is_sealed OR (?2 AND is_sealed)");
	add_fields(&sql, kind, ", \"", "\" = excluded.\"", true);
	return TRACE(prepare(&writer->put[kind], writer->db, &sql));
}

static int
prepare_known(struct source_sqlite_writer *writer, enum record_kind kind)
{
	CLEANUP(buf_fini) struct buf sql;

	buf_init(&sql, SQL_BYTES);
	buf_add_text(&sql, "SELECT 1 FROM ");
	add_kind(&sql, kind);
	buf_add_text(&sql, " WHERE record_id = ?1");
	return TRACE(prepare(&writer->find[kind], writer->db, &sql));
}

/* Copy the old file's bytes; nobody changes it in place. */
static int
copy_bytes(int to, int from)
{
	static const size_t chunk = 1u << 16;
	CLEANUP(buf_fini) struct buf bytes;

	buf_init(&bytes, chunk);
	for (;;) {
		char *p;
		ssize_t n;
		int r;

		buf_reset(&bytes);
		p = buf_reserve(&bytes, chunk);
		if (p == NULL)
			return FAULT(ENOMEM);
		n = read(from, p, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? 0 : FAULT(errno);
		r = file_write_all(to, (struct str){ p, (size_t)n });
		if (r < 0)
			return TRACE(r);
	}
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Make path.new: a copy of the old file, or empty when there is none. */
static int
copy_old(struct source_sqlite_writer *writer, bool *is_empty)
{
	CLEANUP(close_fd) int from = -1;
	CLEANUP(close_fd) int to = -1;

	if (unlink(writer->fresh) < 0 && errno != ENOENT)
		return FAULT(errno);
	to = open(writer->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		O_NOFOLLOW, 0600);
	if (to < 0)
		return FAULT(errno);
	writer->is_begun = true;
	from = open(writer->path, O_RDONLY | O_CLOEXEC);
	*is_empty = from < 0 && errno == ENOENT;
	if (*is_empty)
		return 0;
	return from < 0 ? FAULT(errno) : TRACE(copy_bytes(to, from));
}

/* The directory that holds the file, for everyone who writes there. */
static int
lock_directory(struct source_sqlite_writer *writer)
{
	char directory[PATH_BYTES];
	const char *slash = strrchr(writer->path, '/');
	size_t len = slash != NULL ? (size_t)(slash - writer->path) : 0;

	memcpy(directory, writer->path, len);
	if (len == 0)
		directory[len++] = slash != NULL ? '/' : '.';
	directory[len] = '\0';
	writer->lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writer->lock < 0)
		return FAULT(errno);
	if (flock(writer->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? SOURCE_SQLITE_E_BUSY
					    : FAULT(errno);
	return 0;
}

static int
connect_fresh(struct source_sqlite_writer *writer, bool is_empty)
{
	int rc = sqlite3_open_v2(writer->fresh, &writer->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);
	int r;

	if (rc != SQLITE_OK)
		return FAULT(error_of(rc));
	if (!is_empty && !is_ours(writer->db))
		return SOURCE_SQLITE_E_DAMAGED;
	/* A crash leaves the old file; the new one needs no journal. */
	r = run(writer->db, "PRAGMA journal_mode = OFF;"
			    "PRAGMA synchronous = OFF;"
			    "PRAGMA locking_mode = EXCLUSIVE;"
			    "PRAGMA trusted_schema = OFF");
	if (r == 0 && is_empty)
		r = create_schema(writer->db);
	if (r == 0)
		r = run(writer->db, "BEGIN IMMEDIATE");
	for (size_t i = 0; i < ARRAY_LEN(kinds) && r == 0; i++) {
		r = prepare_known(writer, kinds[i]);
		if (r == 0)
			r = prepare_put(writer, kinds[i]);
	}
	/* An old file that cannot be written to is what went wrong. */
	return r < 0 && !is_empty ? SOURCE_SQLITE_E_DAMAGED : TRACE(r);
}

static int
begin(struct source_sqlite_writer *writer)
{
	bool is_empty = false;
	int r = lock_directory(writer);

	if (r != 0)
		return TRACE(r);
	r = copy_old(writer, &is_empty);
	if (r < 0)
		return TRACE(r);
	return TRACE(connect_fresh(writer, is_empty));
}

int
source_sqlite_begin(struct source_sqlite_writer **writer, const char *path)
{
	struct source_sqlite_writer *fresh;
	size_t len = strlen(path);
	int r;

	*writer = NULL;
	if (len + sizeof(".new") > PATH_BYTES)
		return FAULT(ENAMETOOLONG);
	fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return FAULT(ENOMEM);
	fresh->lock = -1;
	memcpy(fresh->path, path, len);
	memcpy(fresh->fresh, path, len);
	memcpy(fresh->fresh + len, ".new", sizeof(".new"));
	r = begin(fresh);
	if (r != 0)
		source_sqlite_closep(&fresh);
	*writer = fresh;
	return TRACE(r);
}

/* Step a statement once and make it ready again. Returns: SQLite's code. */
static int
step_once(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);

	sqlite3_reset(statement);
	return rc;
}

static int
bind_put(sqlite3_stmt *put, const struct record *record,
    const struct source_sqlite_keys *keys)
{
	uint64_t fields = record_fields_of(record->kind);
	int at = 8;
	int r;

	sqlite3_bind_int(put, 1, keys->keeps_protected);
	sqlite3_bind_int(put, 2, keys->keeps_sealed);
	sqlite3_bind_int(put, 6, record->is_protected);
	sqlite3_bind_int(put, 7, record->is_sealed);
	r = bind(put, 3, record->id);
	if (r == 0)
		r = bind(put, 4, keys->first);
	if (r == 0)
		r = bind(put, 5, keys->second);
	for (size_t i = 0; i < RECORD_N_FIELDS && r == 0; i++) {
		if ((fields & RECORD_BIT(i)) != 0)
			r = bind(put, at++, record->values[i]);
	}
	return TRACE(r);
}

int
source_sqlite_put(struct source_sqlite_writer *writer, bool *is_new,
    const struct record *record, const struct source_sqlite_keys *keys)
{
	sqlite3_stmt *known = writer->find[record->kind];
	int rc;
	int r;

	assert(record->kind != RECORD_NONE && record->id.len > 0);
	r = bind(known, 1, record->id);
	if (r < 0)
		return TRACE(r);
	rc = step_once(known);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return FAULT(error_of(rc));
	*is_new = rc == SQLITE_DONE;
	r = bind_put(writer->put[record->kind], record, keys);
	if (r < 0)
		return TRACE(r);
	rc = step_once(writer->put[record->kind]);
	return rc == SQLITE_DONE ? 0 : FAULT(error_of(rc));
}

static void
disconnect_writer(struct source_sqlite_writer *writer)
{
	for (size_t i = 0; i < ARRAY_LEN(writer->put); i++) {
		sqlite3_finalize(writer->find[i]);
		sqlite3_finalize(writer->put[i]);
		writer->find[i] = NULL;
		writer->put[i] = NULL;
	}
	sqlite3_close(writer->db);
	writer->db = NULL;
}

static int
put_provenance(sqlite3 *db, struct str text)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db,
	    "INSERT INTO provenance(text) VALUES(?1)", -1, &statement, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(statement, 1, text.p, (int)text.len,
		    SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? 0 : FAULT(error_of(rc));
}

int
source_sqlite_commit(struct source_sqlite_writer *writer,
    struct str provenance_text)
{
	CLEANUP(close_fd) int fd = -1;
	int r = put_provenance(writer->db, provenance_text);

	if (r == 0)
		r = run(writer->db, "COMMIT");
	if (r < 0)
		return TRACE(r);
	disconnect_writer(writer);
	fd = open(writer->fresh, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return FAULT(errno);
	r = file_rename(AT_FDCWD, writer->fresh, writer->path);
	if (r < 0)
		return TRACE(r);
	writer->is_begun = false;
	return 0;
}

void
source_sqlite_close(struct source_sqlite_writer *writer)
{
	if (writer == NULL)
		return;
	disconnect_writer(writer);
	if (writer->is_begun)
		unlink(writer->fresh);
	close_fd(&writer->lock);
	free(writer);
}

void
source_sqlite_closep(struct source_sqlite_writer **writer)
{
	source_sqlite_close(*writer);
	*writer = NULL;
}
