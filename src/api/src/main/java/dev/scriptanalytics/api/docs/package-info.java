/** The description of the API for people and for generators of clients; it knows no other route. */
package dev.scriptanalytics.api.docs;
