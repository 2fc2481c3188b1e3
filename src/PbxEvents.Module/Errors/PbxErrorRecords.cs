using System.Management.Automation;

namespace PbxEvents.Module.Errors;

/// <summary>Makes error records of the engine's failures: the kind is the id, the advice the recommended action.</summary>
internal static class PbxErrorRecords
{
    public static ErrorRecord ToErrorRecord(this PbxException exception, object? target) =>
        new(exception, exception.Kind.ToString(), CategoryOf(exception.Kind), exception.Target ?? target)
        {
            ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = exception.Advice },
        };

    private static ErrorCategory CategoryOf(PbxErrorKind kind) => kind switch
    {
        PbxErrorKind.InvalidOption => ErrorCategory.InvalidArgument,
        PbxErrorKind.HostNotFound or PbxErrorKind.UnknownTopic => ErrorCategory.ObjectNotFound,
        PbxErrorKind.ConnectionRefused or PbxErrorKind.NetworkUnreachable or PbxErrorKind.LinkLost or PbxErrorKind.Disconnected =>
            ErrorCategory.ConnectionError,
        PbxErrorKind.TlsFailed or PbxErrorKind.TlsNotOffered => ErrorCategory.SecurityError,
        PbxErrorKind.Timeout or PbxErrorKind.ActionStuck or PbxErrorKind.SubscriptionTimeout or PbxErrorKind.NoReply => ErrorCategory.OperationTimeout,
        PbxErrorKind.HandshakeFailed or PbxErrorKind.ProtocolError => ErrorCategory.ProtocolError,
        PbxErrorKind.CredentialRefused or PbxErrorKind.MfaRequired => ErrorCategory.AuthenticationError,
        PbxErrorKind.PermissionDenied or PbxErrorKind.AddressBlocked => ErrorCategory.PermissionDenied,
        PbxErrorKind.RateLimited or PbxErrorKind.TokenLimit => ErrorCategory.LimitsExceeded,
        PbxErrorKind.SubscriptionRefused or PbxErrorKind.RequestRefused or PbxErrorKind.RecipientRefused => ErrorCategory.InvalidOperation,
        PbxErrorKind.NotAJournal or PbxErrorKind.JournalDamaged or PbxErrorKind.FileUnreadable => ErrorCategory.InvalidData,
        PbxErrorKind.ServiceFailed => ErrorCategory.OpenError,
        PbxErrorKind.JournalReadOnly => ErrorCategory.PermissionDenied,
        PbxErrorKind.JournalFull => ErrorCategory.LimitsExceeded,
        PbxErrorKind.JournalFailed or PbxErrorKind.NotifierFailed => ErrorCategory.OpenError,
        PbxErrorKind.NotSupported or PbxErrorKind.JournalTooNew => ErrorCategory.NotImplemented,
        PbxErrorKind.SlowServer or PbxErrorKind.StateInUse or PbxErrorKind.JournalInUse or PbxErrorKind.TakenOver => ErrorCategory.ResourceBusy,
        PbxErrorKind.ServerError => ErrorCategory.InvalidResult,
        _ => ErrorCategory.NotSpecified,
    };
}
