using System.Management.Automation;

namespace PbxEvents.Module.Service;

/// <summary>
/// How the process of a listener ends, for what starts it again: the one place for these numbers, which about_PbxEvents_Service lists. 77 and
/// 78 are those that sysexits.h has for it.
/// </summary>
internal static class ExitCodes
{
    /// <summary>It was told to end, or its script came to its end.</summary>
    public const int Stopped = 0;

    /// <summary>Something failed that may be well again at the next start.</summary>
    public const int Failed = 1;

    /// <summary>An action does not end; only the end of the process ends it.</summary>
    public const int ActionStuck = 2;

    /// <summary>The platform refused who asked. Asking again can get the address blocked.</summary>
    public const int CredentialRefused = 77;

    /// <summary>The script, or an option in it, is wrong, and stays so until somebody mends it.</summary>
    public const int Configuration = 78;

    /// <summary>Those after which nothing is to start it again.</summary>
    public static IReadOnlyList<int> Final { get; } = [CredentialRefused, Configuration];

    /// <summary>The code for what ended the script.</summary>
    public static int Of(ErrorRecord error) => Of(error.Exception);

    private static int Of(Exception? error) => error switch
    {
        PbxException failure => Of(failure.Kind),
        ParseException or CommandNotFoundException or ParameterBindingException => Configuration,
        { InnerException: { } cause } => Of(cause),
        _ => Failed,
    };

    private static int Of(PbxErrorKind kind) => kind switch
    {
        PbxErrorKind.ActionStuck => ActionStuck,
        PbxErrorKind.CredentialRefused or PbxErrorKind.MfaRequired or PbxErrorKind.PermissionDenied or PbxErrorKind.AddressBlocked => CredentialRefused,
        PbxErrorKind.InvalidOption or PbxErrorKind.UnknownTopic or PbxErrorKind.NotSupported
            or PbxErrorKind.NotAJournal or PbxErrorKind.JournalTooNew => Configuration,
        _ => Failed,
    };
}
