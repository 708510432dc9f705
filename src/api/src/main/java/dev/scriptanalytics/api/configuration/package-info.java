/**
 * The options of the server: their names, defaults and allowed values, and how they are read from
 * arguments, a file and the environment. What an option does is said where it is used.
 */
package dev.scriptanalytics.api.configuration;
