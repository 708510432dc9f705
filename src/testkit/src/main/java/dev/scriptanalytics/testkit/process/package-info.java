/**
 * Programs as processes of their own: how they are started, watched and stopped, and which ports
 * are free. Which programs there are is said elsewhere.
 */
package dev.scriptanalytics.testkit.process;
