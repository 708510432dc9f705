/**
 * Who asks, and what they may do: keys, permissions, accounts, failed logins and rates.
 *
 * <p>ClickHouse decides. It verifies the secret, holds the roles, and applies accounts and quota to
 * every query. What is kept here for a short time only chooses the right answer.
 */
package dev.scriptanalytics.api.access;
