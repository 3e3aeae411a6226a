//! How object stores of the clouds are reached and logged in to.

use super::{flag, reads, text};
use crate::connector::{Key, Takes};

/// The region of S3, of the lakes.
pub(super) const S3_REGION: Key =
    reads("region", "s3.region", Takes::Text(64), "AWS region.").or("us-east-1");

/// The region of a bucket of S3. The program has none unless something else is said of S3.
pub(super) const BUCKET_REGION: Key =
    reads("region", "s3.region", Takes::Text(64), "Region of the bucket.").or("us-east-1").always();

/// Where S3 is, by the name of the program.
pub(super) const S3_ENDPOINT: Key = reads(
    "endpoint",
    "s3.endpoint",
    Takes::Text(2048),
    "Address of another service that speaks S3.",
)
.also(&["endpointUrl", "endpoint_url"]);

/// The id of a key of AWS.
pub(super) const S3_KEY_ID: Key =
    text("accessKeyId", "s3.access_key_id", "AWS access key.").secret().also(&["access_key_id"]);

/// A key of AWS.
pub(super) const S3_KEY: Key = text("secretAccessKey", "s3.secret_access_key", "AWS secret key.")
    .secret()
    .also(&["secret_access_key"]);

/// The id of a key of AWS, which the environment may have.
pub(super) const S3_KEY_ID_OR_ENV: Key =
    text("accessKeyId", "s3.access_key_id", "AWS access key; from the environment if left out.")
        .secret()
        .also(&["access_key_id"]);

/// A key of AWS, which the environment may have.
pub(super) const S3_KEY_OR_ENV: Key = text(
    "secretAccessKey",
    "s3.secret_access_key",
    "AWS secret key; from the environment if left out.",
)
.secret()
.also(&["secret_access_key"]);

/// How the bucket is asked for, of object stores.
pub(super) const FORCE_PATH_STYLE: Key = flag(
    "forcePathStyle",
    "s3.force_path_style",
    "Whether the bucket stands in the path, as MinIO wants it.",
)
.or("false")
.also(&["force_path_style"]);

/// How the bucket is asked for, of the lakes.
pub(super) const PATH_STYLE: Key = flag(
    "pathStyleAccess",
    "s3.path_style_access",
    "Whether the bucket stands in the path, as MinIO wants it.",
)
.or("false")
.also(&["path_style_access"]);

/// A service account of Google, in a file.
pub(super) const GCS_FILE: Key = text(
    "serviceAccountPath",
    "gcs.service_account_path",
    "File with the key of a service account.",
)
.file()
.also(&["service_account_path"]);

/// A service account of Google.
pub(super) const GCS_KEY: Key = reads(
    "serviceAccountKey",
    "gcs.service_account_key",
    Takes::Text(16384),
    "The key of a service account itself.",
)
.secret()
.also(&["service_account_key"]);

/// The account of Azure.
pub(super) const AZURE_ACCOUNT: Key =
    reads("account", "azure.account", Takes::Text(63), "Name of the storage account.");

/// Its key.
pub(super) const AZURE_KEY: Key =
    text("accessKey", "azure.access_key", "Key of the storage account.")
        .secret()
        .also(&["access_key"]);

/// A token for it.
pub(super) const AZURE_SAS: Key = reads(
    "sasToken",
    "azure.sas_token",
    Takes::Text(4096),
    "Token of a shared access signature, instead of the key.",
)
.secret()
.also(&["sas_token"]);
