/**
 * The ledger: what was sent, in plain counts, and how it compares with what ClickHouse shows. It
 * has its own words for statuses and levels, so that it does not depend on the product.
 */
package dev.scriptanalytics.testkit.ledger;
