/**
 * Pages of long lists: an order in which no two rows are equal, and cursors that go on after the
 * last row of a page. It knows no table.
 */
package dev.scriptanalytics.api.page;
