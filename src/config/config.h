/*
 * DIR/stile.conf: what a holder may set, read strictly.
 *
 * The table of settings is in settings.def: path, kind, range, default. A name
 * that is not in the table, a value of another kind or out of range, and a
 * missing setting that has no default are errors; all of them are reported in
 * one run, with their lines. A room of its own, below the roles, because every
 * role reads its settings itself: the parent hands over no more than DIR.
 */
#ifndef STILE_CONFIG_CONFIG_H
#define STILE_CONFIG_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

/* Strings are NUL-terminated in the config's arena. */
struct config {
	struct arena arena;
	struct {
		struct str id;	   /* "NYDMV": in every entry */
		struct str name;   /* for people */
		struct str state;  /* two letters */
		struct str origin; /* of the log (C2SP tlog-checkpoint) */
	} holder;
	struct {
		struct str address;  /* numeric, IPv4 or IPv6 */
		int64_t port;	     /* mutual TLS */
		int64_t public_port; /* TLS without client certificate; 0 = none */
	} listen;
	struct str user;  /* become this user once the ports are bound; may be empty */
	int64_t fronts;	  /* processes; 0 in the file = one a processor */
	struct {
		int64_t days_after_close; /* a ground stays sealed */
	} seal;
	struct {
		int64_t request_days; /* sealed values are kept; 0 = for ever */
		int64_t approval_days;
		int64_t ground_days;
		int64_t read_days;
		int64_t people_days;
	} retention;
	struct {
		int64_t max; /* frames in one commit */
	} batch;
	struct {
		int64_t request_ms; /* from the last byte of a request to its answer */
		int64_t idle_ms;    /* keep-alive without a request */
		int64_t keeper_ms;  /* one question to the keeper */
		int64_t restart_ms; /* longest wait to start a role again */
		int64_t stop_ms;    /* each stage of an orderly end */
	} timeouts;
	struct {
		int64_t connections; /* a front holds at once */
		int64_t connections_per_address;
		int64_t header_bytes;
		int64_t body_bytes;
	} limits;
	struct {
		struct str level;	     /* error, warning, info, debug */
		int64_t publish_interval_ms; /* between two checkpoints published */
		int64_t keep_partials_s;     /* partial tiles after the full one */
	} log;
	struct {
		struct str policy; /* below DIR; empty: no witnesses */
		int64_t interval_s;
		int64_t timeout_s;
		int64_t refresh_s; /* 0: never */
		struct str ca; /* below DIR; may be empty */
	} witness;
	struct {
		struct str *portals; /* ids; DIR/portals/<id>.vkey */
		size_t n_portals;
		int64_t life_s;
	} self;
	struct {
		struct str kind; /* "sqlite" */
		struct str path; /* relative to DIR */
	} source;
	struct {
		int64_t max_mib;       /* of one transfer */
		int64_t keep_free_mib; /* of the disk */
		int64_t custodians;    /* who open a whole one together */
		int64_t deadline_days;
	} consign; /* what arrives in bulk */
	struct str *packs; /* names of folders below DIR/packs, in force */
	size_t n_packs;
	struct str *trust; /* authorities: DIR/trust/<name>.vkey */
	size_t n_trust;
};

enum {
	CONFIG_E_ABSENT = 1, /* DIR/stile.conf is not there: not a holder's directory */
	CONFIG_E_WRONG,	     /* the reasons are in diags */
};

/*
 * Read and check dir/stile.conf. diags was made with diag_init() and gets
 * every problem; its arena must outlive it.
 *
 * Returns: 0 and a config the caller ends with config_fini(); CONFIG_E_*; fault.
 */
int config_load(struct config *config, struct diag_list *diags,
    const char *dir) MUST_USE NONNULL;

/*
 * As config_load() from text; the diagnostics say where as diags->where does.
 *
 * Returns: 0; CONFIG_E_WRONG; fault.
 */
int config_parse(struct config *config, struct diag_list *diags,
    struct str text) MUST_USE NONNULL;

/* Release what it holds; safe on a zeroed one. */
void config_fini(struct config *config) NONNULL;

/*
 * The text of a new holder's file: every setting with its default, its range
 * and what it is for. The first four are from holder.
 *
 * Returns: the text in the arena; p == NULL when there is no room.
 */
struct str config_template(struct arena *arena, const struct config *holder)
    NONNULL;

#endif
