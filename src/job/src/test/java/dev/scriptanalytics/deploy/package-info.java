/**
 * Tests of the files that deploy the product: Docker Compose, Kubernetes, and ClickHouse as a
 * cluster. They compare the files with each other and with the job's options, and apply the schema
 * to a cluster of two shards.
 */
package dev.scriptanalytics.deploy;
