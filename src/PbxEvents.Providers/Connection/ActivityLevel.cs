namespace PbxEvents.Providers.Connection;

/// <summary>How bad it is what a line of a log tells.</summary>
public enum ActivityLevel
{
    /// <summary>As it should be.</summary>
    Information,

    /// <summary>Something is missing, or fails at the moment.</summary>
    Warning,

    /// <summary>It does not mend by itself.</summary>
    Error,
}
