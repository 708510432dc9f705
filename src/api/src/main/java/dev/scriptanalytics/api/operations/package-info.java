/** What those who operate the server need: health, metrics, the access log. */
package dev.scriptanalytics.api.operations;
