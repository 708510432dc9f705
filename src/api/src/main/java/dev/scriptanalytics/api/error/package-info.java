/**
 * What went wrong, as a client is told. Everything that refuses a request throws an {@code
 * ApiException}; package {@code http} writes it. No text of ClickHouse is ever part of one.
 */
package dev.scriptanalytics.api.error;
