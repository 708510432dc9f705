/**
 * A request's way from its arrival to its route: let in by its key, on a thread of its own, and
 * ended when its client goes away.
 */
package dev.scriptanalytics.api.route;
