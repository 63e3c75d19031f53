/*
 * The embedded backend: one SQLite file in WAL mode.
 *
 * Durability: synchronous=FULL makes every commit one sync of the write-ahead
 * log. After a failed sync nobody knows what is on the disk, so any I/O error
 * of the writer is STORE_E_BROKEN and final; only "no space" is forgiven,
 * because SQLite reports it before the commit record is written.
 *
 * One writer: the lock of DB-lock is an open-file-description lock, which the
 * kernel drops when the process dies. SQLite's own locks stay for readers.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "store/anchor.h"
#include "store/store_int.h"
#include "util/fault.h"

#define APPLICATION_ID 0x5374696c /* "Stil" */

struct store_sqlite {
	struct backend backend; /* first: the two are one address */
	char path[LIMIT_STORE_PATH];
	sqlite3 *db;
	struct anchor anchor; /* of a writer */
	int lock_fd;	  /* -1: not the writer */
	bool is_writable; /* opened for more than reading */
	bool is_failed;	  /* an I/O error was seen: do not write on close */
	sqlite3_stmt *statements[STATEMENT_N];
	sqlite3_stmt *begin_write;
	sqlite3_stmt *begin_read;
	sqlite3_stmt *commit;
};

static struct store_sqlite *
sqlite_of(struct backend *backend)
{
	return (struct store_sqlite *)(void *)backend;
}

static bool
is_no_space(const struct store_sqlite *s, int code)
{
	int error = sqlite3_system_errno(s->db);

	/* A sync that fails for space has already lost what it was to keep. */
	if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
		return false;
	return error == ENOSPC || error == EDQUOT;
}

/* Keep SQLite's words, with the file and the system's reason. */
static void
explain(struct store_sqlite *s)
{
	int error = sqlite3_system_errno(s->db);
	int code = sqlite3_extended_errcode(s->db);
	bool is_system = (code & 0xff) == SQLITE_IOERR ||
	    (code & 0xff) == SQLITE_CANTOPEN;

	snprintf(s->backend.reason, sizeof(s->backend.reason),
	    "%s%s%s (SQLite error %d)", sqlite3_errmsg(s->db),
	    is_system && error != 0 ? ": " : "",
	    is_system && error != 0 ? strerror(error) : "", code);
}

static int
io_outcome(struct store_sqlite *s, int code)
{
	if (is_no_space(s, code))
		return STORE_E_FULL;
	if (!s->is_writable)
		return FAULT(EIO);
	s->is_failed = true;
	return STORE_E_BROKEN;
}

/* SQLite's result code as ours. */
static int
outcome(struct store_sqlite *s, int code)
{
	if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
		return 0;
	explain(s);
	switch (code & 0xff) {
	case SQLITE_FULL:
		return STORE_E_FULL;
	case SQLITE_BUSY:
		return STORE_E_LOCKED;
	case SQLITE_READONLY:
		return STORE_E_READ_ONLY;
	case SQLITE_IOERR:
		return io_outcome(s, sqlite3_extended_errcode(s->db));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		s->is_failed = true;
		return FAULT(EUCLEAN);
	case SQLITE_NOMEM:
		return FAULT(ENOMEM);
	case SQLITE_TOOBIG:
		return STORE_E_TOO_LARGE;
	case SQLITE_CONSTRAINT:
		return FAULT(EINVAL);
	default:
		return FAULT(EPROTO);
	}
}

static int
execute(struct store_sqlite *s, const char *sql)
{
	return outcome(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* The single integer of a statement run once; at open and in checks. */
static int
ask_number(struct store_sqlite *s, int64_t *value, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int code;

	*value = 0;
	code = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW)
			*value = sqlite3_column_int64(statement, 0);
	}
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		code = SQLITE_OK;
	code = outcome(s, code);
	sqlite3_finalize(statement);
	return code;
}

static int
after_commit(void *context, sqlite3 *db, const char *name, int n_pages)
{
	struct store_sqlite *s = context;

	(void)db;
	(void)name;
	s->backend.wal_pages = (uint64_t)n_pages;
	return SQLITE_OK;
}

static void
store_sqlite_close(struct backend *backend)
{
	struct store_sqlite *s = sqlite_of(backend);

	for (size_t i = 0; i < STATEMENT_N; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_finalize(s->begin_write);
	sqlite3_finalize(s->begin_read);
	sqlite3_finalize(s->commit);
	/* What a failed disk holds is for the next opener to find out. */
	if (s->is_failed)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL);
	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
}

/* Say why the system refused a path. Returns: an outcome or a fault. */
static int
refuse(struct diag_list *diags, const char *path, int error)
{
	diag_error_at(diags, diags->where, "%s: %s", path, strerror(error));
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return STORE_E_ABSENT;
	case ENOSPC:
	case EDQUOT:
		return STORE_E_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return STORE_E_READ_ONLY;
	default:
		return FAULT(error);
	}
}

/* Be the only writer, until the process ends. */
static int
lock_writer(struct store_sqlite *s, struct diag_list *diags)
{
	char path[LIMIT_STORE_PATH + 8];
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	snprintf(path, sizeof(path), "%s-lock", s->path);
	s->lock_fd =
	    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return refuse(diags, path, errno);
	if (fcntl(s->lock_fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	if (errno != EAGAIN && errno != EACCES)
		return refuse(diags, path, errno);
	diag_error_at(diags, diags->where, "another gate writes to this store");
	diag_help(diags, "stop it first; the lock is %s", path);
	return STORE_E_LOCKED;
}

/* The file must be there, or is made, readable by its owner alone. */
static int
find_file(struct store_sqlite *s, enum store_mode mode, struct diag_list *diags)
{
	struct stat status;
	int fd;

	if (stat(s->path, &status) == 0) {
		if (S_ISREG(status.st_mode))
			return 0;
		diag_error_at(diags, diags->where, "not a regular file");
		return STORE_E_DAMAGED;
	}
	if (errno != ENOENT || mode != STORE_CREATE)
		return refuse(diags, s->path, errno);
	fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return refuse(diags, s->path, errno);
	close(fd);
	return 0;
}

static int
configure(struct store_sqlite *s)
{
	char text[64];
	int r;

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	snprintf(text, sizeof(text), "PRAGMA cache_size = -%d",
	    s->is_writable ? LIMIT_STORE_CACHE_KIB : LIMIT_STORE_CACHE_KIB / 4);
	r = execute(s, text);
	if (r != 0 || !s->is_writable)
		return r;
	/*
	 * Of a new file. An entry has 2 KiB, its sealed values 3: on pages of
	 * 4 KiB each would have one to itself, half of it empty.
	 */
	r = execute(s,
	    "PRAGMA page_size = 8192;"
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
	    "PRAGMA cell_size_check = ON;"
	    "PRAGMA temp_store = MEMORY");
	/* Replaces SQLite's own hook, which would checkpoint in a commit. */
	sqlite3_wal_hook(s->db, after_commit, s);
	return r;
}

/* Whose file is it, and how old. */
static int
identify(struct store_sqlite *s, uint32_t *version, enum store_mode mode,
    struct diag_list *diags)
{
	int64_t id = 0;
	int64_t user_version = 0;
	int64_t n_tables = 0;
	int r;

	r = ask_number(s, &id, "PRAGMA application_id");
	if (r == 0)
		r = ask_number(s, &user_version, "PRAGMA user_version");
	if (r == 0)
		r = ask_number(s, &n_tables,
		    "SELECT count(*) FROM sqlite_schema");
	if (r != 0) {
		diag_error_at(diags, diags->where, "%s", s->backend.reason);
		return r == -EUCLEAN ? STORE_E_DAMAGED : r;
	}
	if (id == 0 && n_tables == 0 && mode != STORE_CREATE) {
		diag_error_at(diags, diags->where, "the file holds no store");
		return STORE_E_ABSENT;
	}
	if ((id != APPLICATION_ID && n_tables > 0) || user_version < 0 ||
	    user_version > UINT32_MAX) {
		diag_error_at(diags, diags->where,
		    "an SQLite database, but not a store of stile");
		return STORE_E_DAMAGED;
	}
	*version = (uint32_t)user_version;
	return 0;
}

/*
 * No role has a second thread, so nothing is locked or counted for one. Has no
 * effect once the library is in use: the first one to open says it.
 */
static void
be_alone(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int
open_database(struct store_sqlite *s)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
	    (s->is_writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int on = 1;
	int code;

	be_alone();
	code = sqlite3_open_v2(s->path, &s->db, flags, NULL);
	if (s->db == NULL)
		return FAULT(ENOMEM);
	/* From the first read on: a writer that starts beside us recovers. */
	if (code == SQLITE_OK)
		sqlite3_busy_timeout(s->db, LIMIT_STORE_BUSY_MS);
	/* Readers that may not create files find the log's where they were. */
	if (code == SQLITE_OK)
		sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL,
		    &on);
	return outcome(s, code);
}

static int
connect_database(struct store_sqlite *s, uint32_t *version,
    enum store_mode mode, struct diag_list *diags)
{
	int r;

	r = open_database(s);
	if (r != 0) {
		diag_error_at(diags, diags->where, "%s", s->backend.reason);
		return TRACE(r);
	}
	r = identify(s, version, mode, diags);
	if (r != 0)
		return TRACE(r);
	r = configure(s);
	if (r != 0)
		diag_error_at(diags, diags->where, "%s", s->backend.reason);
	return r == -EUCLEAN ? STORE_E_DAMAGED : TRACE(r);
}

static int
store_sqlite_open(struct backend **backend, uint32_t *version,
    struct str location, enum store_mode mode, struct diag_list *diags)
{
	struct store_sqlite *s;
	int r;

	if (location.len >= sizeof(s->path))
		return refuse(diags, "path", ENAMETOOLONG);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return FAULT(ENOMEM);
	s->backend.ops = &store_sqlite_ops;
	s->lock_fd = -1;
	s->is_writable = mode != STORE_READ;
	memcpy(s->path, location.p, location.len);
	r = find_file(s, mode, diags);
	if (r == 0 && (mode == STORE_WRITE || mode == STORE_CREATE))
		r = lock_writer(s, diags);
	if (r == 0)
		r = connect_database(s, version, mode, diags);
	anchor_init(&s->anchor, s->path);
	if (r == 0 && anchor_look(&s->anchor) != NULL)
		r = STORE_E_BROKEN;
	if (r != 0) {
		store_sqlite_close(&s->backend);
		return TRACE(r);
	}
	*backend = &s->backend;
	return 0;
}

static int
prepare_one(struct store_sqlite *s, sqlite3_stmt **statement, const char *sql)
{
	return outcome(s,
	    sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
		statement, NULL));
}

/* The names of its files must last too; SQLite does not look how that went. */
static int
sync_directory(struct store_sqlite *s)
{
	char *slash;
	char dir[LIMIT_STORE_PATH];
	int fd;
	int error;

	memcpy(dir, s->path, sizeof(dir));
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[1] = '\0';
	fd =
	    open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = fd < 0 || fsync(fd) != 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (error == 0)
		return 0;
	snprintf(s->backend.reason, sizeof(s->backend.reason),
	    "the directory cannot be synced: %s", strerror(error));
	s->is_failed = true;
	return STORE_E_BROKEN;
}

static int
store_sqlite_prepare(struct backend *backend)
{
	struct store_sqlite *s = sqlite_of(backend);
	int r = 0;

	for (size_t i = 0; r == 0 && i < STATEMENT_N; i++) {
		const struct statement_text *text = &store_statements[i];

		r = prepare_one(s, &s->statements[i], text->sqlite);
		assert(r != 0 ||
		    sqlite3_bind_parameter_count(s->statements[i]) ==
			(int)strlen(text->parameters));
	}
	if (r == 0)
		r = prepare_one(s, &s->begin_write, "BEGIN IMMEDIATE");
	if (r == 0)
		r = prepare_one(s, &s->begin_read, "BEGIN");
	if (r == 0)
		r = prepare_one(s, &s->commit, "COMMIT");
	if (r == 0 && s->is_writable)
		r = sync_directory(s);
	return TRACE(r);
}

/* The transaction's own statements; by text before they are prepared. */
static int
control(struct store_sqlite *s, sqlite3_stmt *statement, const char *sql)
{
	int code;

	if (statement == NULL)
		return execute(s, sql);
	code = sqlite3_step(statement);
	code = outcome(s, code);
	sqlite3_reset(statement);
	return code;
}

/* What was written into other files than those of the name is not durable. */
static int
hold_files(struct store_sqlite *s)
{
	const char *path = anchor_look(&s->anchor);

	if (path == NULL)
		return 0;
	s->is_failed = true;
	snprintf(s->backend.reason, sizeof(s->backend.reason),
	    "%.200s was taken away, replaced or cut", path);
	return STORE_E_BROKEN;
}

static int
store_sqlite_begin(struct backend *backend, bool is_write)
{
	struct store_sqlite *s = sqlite_of(backend);
	int r;

	if (!is_write)
		return control(s, s->begin_read, "BEGIN");
	r = hold_files(s);
	return r != 0 ? r : control(s, s->begin_write, "BEGIN IMMEDIATE");
}

static int
store_sqlite_commit(struct backend *backend)
{
	struct store_sqlite *s = sqlite_of(backend);
	int r = control(s, s->commit, "COMMIT");

	return r == 0 && s->is_writable ? hold_files(s) : r;
}

static void
store_sqlite_rollback(struct backend *backend)
{
	struct store_sqlite *s = sqlite_of(backend);
	char reason[sizeof(s->backend.reason)];

	/* Some failures have rolled back already; their reason must stay. */
	if (sqlite3_get_autocommit(s->db))
		return;
	memcpy(reason, s->backend.reason, sizeof(reason));
	if (execute(s, "ROLLBACK") != 0)
		s->is_failed = true;
	memcpy(s->backend.reason, reason, sizeof(reason));
}

static int
bind_one(sqlite3_stmt *statement, int at, const struct backend_value *value)
{
	const char *p = value->bytes.len > 0 ? value->bytes.p : "";

	switch (value->kind) {
	case BACKEND_TEXT:
		return sqlite3_bind_text64(statement, at, p, value->bytes.len,
		    SQLITE_STATIC, SQLITE_UTF8);
	case BACKEND_BYTES:
		return sqlite3_bind_blob64(statement, at, p, value->bytes.len,
		    SQLITE_STATIC);
	case BACKEND_INTEGER:
	default:
		return sqlite3_bind_int64(statement, at, value->integer);
	}
}

static int
bind(sqlite3_stmt *statement, const char *letters,
    const struct backend_value *parameters)
{
	int code = SQLITE_OK;

	for (int i = 0; code == SQLITE_OK && letters[i] != '\0'; i++)
		code = bind_one(statement, i + 1, &parameters[i]);
	return code;
}

static struct backend_value
column(sqlite3_stmt *statement, int at)
{
	struct backend_value value = { 0 };

	switch (sqlite3_column_type(statement, at)) {
	case SQLITE_TEXT:
		value.kind = BACKEND_TEXT;
		value.bytes.p =
		    (const char *)sqlite3_column_text(statement, at);
		break;
	case SQLITE_BLOB:
		value.kind = BACKEND_BYTES;
		value.bytes.p = sqlite3_column_blob(statement, at);
		break;
	default:
		value.integer = sqlite3_column_int64(statement, at);
		return value;
	}
	value.bytes.len = (size_t)sqlite3_column_bytes(statement, at);
	return value;
}

#define COLUMNS_MAX 16

static int
take_row(sqlite3_stmt *statement, backend_row_fn *each, void *context)
{
	struct backend_value columns[COLUMNS_MAX];
	int n_columns = sqlite3_column_count(statement);

	assert(n_columns <= COLUMNS_MAX);
	for (int i = 0; i < n_columns; i++)
		columns[i] = column(statement, i);
	return each(context, columns, (size_t)n_columns);
}

static int
store_sqlite_run(struct backend *backend, uint64_t *n_changed,
    enum statement id, const struct backend_value *parameters,
    backend_row_fn *each, void *context)
{
	struct store_sqlite *s = sqlite_of(backend);
	sqlite3_stmt *statement = s->statements[id];
	int code;
	int r = 0;

	assert(!sqlite3_stmt_busy(statement));
	code = bind(statement, store_statements[id].parameters, parameters);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			break;
		r = take_row(statement, each, context);
		if (r != 0)
			break;
	}
	if (r >= 0)
		r = outcome(s, code);
	if (r == 0 && store_statements[id].is_write)
		*n_changed = (uint64_t)sqlite3_changes64(s->db);
	sqlite3_reset(statement);
	return TRACE(r);
}

static int
store_sqlite_migrate(struct backend *backend, const char *sql, uint32_t version)
{
	struct store_sqlite *s = sqlite_of(backend);
	char text[96];
	int r;

	snprintf(text, sizeof(text),
	    "PRAGMA application_id = %d; PRAGMA user_version = %u",
	    APPLICATION_ID, version);
	r = execute(s, sql);
	if (r == 0)
		r = execute(s, text);
	return TRACE(r);
}

static int
store_sqlite_checkpoint(struct backend *backend, enum store_checkpoint how)
{
	struct store_sqlite *s = sqlite_of(backend);
	bool is_erasing = how == STORE_CHECKPOINT_ERASE;
	int n_pages = 0;
	int n_done = 0;
	int code;

	if (is_erasing)
		sqlite3_busy_timeout(s->db, 0);
	code = sqlite3_wal_checkpoint_v2(s->db, NULL,
	    how == STORE_CHECKPOINT_PASSIVE ? SQLITE_CHECKPOINT_PASSIVE
					    : SQLITE_CHECKPOINT_TRUNCATE,
	    &n_pages, &n_done);
	if (is_erasing)
		sqlite3_busy_timeout(s->db, LIMIT_STORE_BUSY_MS);
	if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
		return TRACE(outcome(s, code));
	anchor_forget_size(&s->anchor);
	if (n_pages >= n_done)
		s->backend.wal_pages = (uint64_t)(n_pages - n_done);
	/* What is in its place already may still be read in the log's file. */
	return is_erasing && code != SQLITE_OK ? STORE_E_LOCKED : 0;
}

struct check {
	struct store_sqlite *s;
	struct diag_list *diags;
	const char *what;
};

static int
check_row(void *context, int n, char **columns, char **names)
{
	const struct check *check = context;

	(void)names;
	if (n > 0 && columns[0] != NULL && strcmp(columns[0], "ok") != 0)
		diag_error_at(check->diags, check->diags->where, "%s%s",
		    check->what, columns[0]);
	return 0;
}

static int
check_with(struct check *check, const char *sql)
{
	int r;

	r = outcome(check->s,
	    sqlite3_exec(check->s->db, sql, check_row, check, NULL));
	if (r != -EUCLEAN)
		return TRACE(r);
	diag_error_at(check->diags, check->diags->where, "%s",
	    check->s->backend.reason);
	return STORE_E_DAMAGED;
}

static int
store_sqlite_check(struct backend *backend, struct diag_list *diags)
{
	size_t n_errors = diags->n_errors;
	struct check check = { sqlite_of(backend), diags, "" };
	int r;

	r = check_with(&check, "PRAGMA integrity_check(16)");
	if (r != 0)
		return r;
	check.what = "a row without what it refers to, in table ";
	r = check_with(&check, "PRAGMA foreign_key_check");
	if (r != 0)
		return r;
	return diags->n_errors > n_errors ? STORE_E_DAMAGED : 0;
}

const struct backend_ops store_sqlite_ops = {
	.open = store_sqlite_open,
	.close = store_sqlite_close,
	.prepare = store_sqlite_prepare,
	.begin = store_sqlite_begin,
	.commit = store_sqlite_commit,
	.rollback = store_sqlite_rollback,
	.run = store_sqlite_run,
	.migrate = store_sqlite_migrate,
	.checkpoint = store_sqlite_checkpoint,
	.check = store_sqlite_check,
};
