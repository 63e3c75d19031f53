/*
 * Administration of a holder that is not being served: agencies, requesters,
 * certificates, packs. Each change is an entry of the log, as everything is.
 *
 * Works on the same store as the gate, as its one writer; while the gate runs
 * the store is locked and every verb says so. Signs nothing: the gate has the
 * head signed when it starts.
 */
#ifndef STILE_CLI_ADMIN_H
#define STILE_CLI_ADMIN_H

#include <stdint.h>

#include "gate/path.h"
#include "store/people.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

struct admin;

enum {
	ADMIN_E_REFUSED = 1, /* nothing was changed; the diagnostics say why */
};

/* Open DIR. Returns: 0 and *admin owned by the caller; ADMIN_E_REFUSED; fault. */
int admin_open(struct admin **admin, const char *dir, struct diag_list *diags)
    MUST_USE NONNULL;

/* Release; NULL is fine. */
void admin_close(struct admin *admin);
void admin_closep(struct admin **admin) NONNULL;

/*
 * Add or replace a row, with its entry, in one transaction. by: who does it, for
 * the entry (a login name). Roles that exclude each other are refused (P9):
 * nobody who asks, approves or registers may audit, administer policy or hold a
 * key, and no two of those three meet in one person.
 *
 * Returns: 0; ADMIN_E_REFUSED; fault.
 */
int admin_put_agency(struct admin *admin, const struct store_agency *agency,
    struct str by, struct diag_list *diags) MUST_USE NONNULL;
int admin_put_unit(struct admin *admin, const struct store_unit *unit,
    struct str by, struct diag_list *diags) MUST_USE NONNULL;
int admin_put_requester(struct admin *admin,
    const struct store_requester *requester, struct str by,
    struct diag_list *diags) MUST_USE NONNULL;
int admin_put_credential(struct admin *admin,
    const struct store_credential *credential, struct str by,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * The keyed index of a canonical subject key, e.g. of a requester's own person,
 * for the rule against looking up oneself. Returns: 0; fault.
 */
int admin_index(struct admin *admin, struct digest *index, struct str canonical)
    MUST_USE NONNULL;

/*
 * Put the packs that stile.conf names in force, as the gate does at its start.
 *
 * Returns: 0; ADMIN_E_REFUSED, the old ones stand; fault.
 */
int admin_activate_packs(struct admin *admin, struct diag_list *diags)
    MUST_USE NONNULL;

/*
 * Erase what is past its period, in steps, each an entry; a hold that is placed
 * or lifted by that person.
 *
 * Returns: 0; ADMIN_E_REFUSED; fault.
 */
struct erase_report;
int admin_erase(struct admin *admin, struct erase_report *total, struct str by,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * A log that is followed by another. admin_end_log(): the entry that says so,
 * and by which key the next is signed; requesters are suspended with it, for
 * they ask the next. admin_begin_log(): the first entry of the next, with the
 * last checkpoint of the log before; claims becomes it with its disclosures.
 *
 * Returns: 0; ADMIN_E_REFUSED; fault.
 */
int admin_end_log(struct admin *admin, struct str next, struct str by,
    struct diag_list *diags) MUST_USE NONNULL;
int admin_begin_log(struct admin *admin, struct buf *claims,
    struct str checkpoint, struct diag_list *diags) MUST_USE NONNULL;

/* The gate behind it, for reading: store, ledger, packs. Borrowed. */
struct gate *admin_gate(struct admin *admin) NONNULL;

#endif
