/** Sessions of browsers: a cookie for a key or for a ticket. */
package dev.scriptanalytics.api.session;
