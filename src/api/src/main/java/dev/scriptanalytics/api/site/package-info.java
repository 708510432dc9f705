/** The files of the web page, which the build makes of {@code src/page}. */
package dev.scriptanalytics.api.site;
