/**
 * HTTP for all routes: parameters and bodies read strictly, errors in one form, answers that keep
 * their status until they are certain. It knows no route's meaning.
 */
package dev.scriptanalytics.api.http;
