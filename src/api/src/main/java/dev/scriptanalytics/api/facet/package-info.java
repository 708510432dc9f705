/** Facets: the values of some columns and how often they occur, of rows that pass a filter. */
package dev.scriptanalytics.api.facet;
