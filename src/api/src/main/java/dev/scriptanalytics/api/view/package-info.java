/**
 * Routes that answer with the rows of one of ClickHouse's views: what the view is asked for, and
 * its rows as JSON. What the rows mean is said where the view is made.
 */
package dev.scriptanalytics.api.view;
