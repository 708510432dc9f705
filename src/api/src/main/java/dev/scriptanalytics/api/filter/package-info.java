/**
 * The one filter language of the API: conditions on columns, combined by and, or and not. It knows
 * no table; who answers says which columns there are.
 */
package dev.scriptanalytics.api.filter;
