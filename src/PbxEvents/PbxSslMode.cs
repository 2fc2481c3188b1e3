namespace PbxEvents;

/// <summary>How much of a database server is proven before anything is told to it.</summary>
public enum PbxSslMode
{
    /// <summary>The link is encrypted, the server's certificate is one that is trusted, and it is for that server's name.</summary>
    VerifyFull,

    /// <summary>The link is encrypted, and the server's certificate is one that is trusted. It may be for another name.</summary>
    VerifyCA,

    /// <summary>The link is encrypted, with whoever answers.</summary>
    Require,

    /// <summary>The link is not encrypted: whoever is on the way can read it and change it.</summary>
    Disable,
}
