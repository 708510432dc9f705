/**
 * The job's options: their table, and how files, arguments and environment become checked values.
 * Settings of a single operator live with the operator, as a record that is made of these values.
 */
package dev.scriptanalytics.configuration;
