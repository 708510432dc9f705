/**
 * Base classes of the job's serializers, and the type information that leads Flink to them.
 *
 * <p>No type of the job is serialized by Kryo or as a POJO, so that formats change only on purpose.
 * The serializers themselves live beside their values.
 */
package dev.scriptanalytics.serialize;
