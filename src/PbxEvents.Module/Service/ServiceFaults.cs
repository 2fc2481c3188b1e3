namespace PbxEvents.Module.Service;

/// <summary>What can go wrong with services, in one place, so that it reads alike.</summary>
internal static class ServiceFaults
{
    public static PbxException NotWritten(string path, Exception cause) => new(
        PbxErrorKind.ServiceFailed, $"'{path}' cannot be changed: {cause.Message}", "Run this as root, or as an administrator.", cause)
    { Target = path, IsPermanent = true };

    public static PbxException ProgramFailed(string command, string why) => new(
        PbxErrorKind.ServiceFailed, $"'{command}' failed: {why}", "Run this as root, or as an administrator, on a machine that runs services in this way.")
    { Target = command, IsPermanent = true };

    public static PbxException NotOurs(string path) => new(
        PbxErrorKind.ServiceFailed, $"'{path}' already exists, and is not a service of PbxEvents. It was not changed.", "Give another name.")
    { Target = path, IsPermanent = true };

    public static PbxException NoUser(string user) => new(
        PbxErrorKind.ServiceFailed, $"This machine has no user '{user}'.", $"Create one for the service: useradd --system --create-home --shell /usr/sbin/nologin {user}")
    { Target = user, IsPermanent = true };

    public static PbxException NotForUser(string user, string file) => new(
        PbxErrorKind.ServiceFailed, $"User '{user}' cannot use '{file}', which the service needs.",
        "Put it where this user can read it, or choose another user. PowerShell and modules installed for one user belong to that user alone: install them for all users.")
    { Target = file, IsPermanent = true };
}
