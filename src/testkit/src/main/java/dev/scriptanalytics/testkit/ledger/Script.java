package dev.scriptanalytics.testkit.ledger;

/**
 * A script of an account.
 *
 * @param account the tenant
 * @param name unique within the account
 */
record Script(String account, String name) {}
