/** Routes about single runs: lists with filters, facets, a run with everything that is known. */
package dev.scriptanalytics.api.runs;
