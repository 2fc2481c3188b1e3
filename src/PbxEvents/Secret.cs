using System.Net;
using System.Security;

namespace PbxEvents;

/// <summary>
/// A password, token or client secret. It prints as asterisks everywhere; only <see cref="Reveal"/> gives the text,
/// and only the code that puts it on the wire calls that.
/// </summary>
public sealed class Secret
{
    private readonly SecureString _value;

    /// <summary>Wraps a secure string; a copy is taken.</summary>
    /// <param name="value">The secret.</param>
    public Secret(SecureString value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value.Copy();
        _value.MakeReadOnly();
    }

    /// <summary>Wraps a text.</summary>
    /// <param name="value">The secret.</param>
    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = new NetworkCredential("", value).SecurePassword;
        _value.MakeReadOnly();
    }

    /// <summary>True when there is no text in it.</summary>
    public bool IsEmpty => _value.Length == 0;

    /// <summary>The text. Never log it, never put it in a message.</summary>
    /// <returns>The secret as plain text.</returns>
    public string Reveal() => new NetworkCredential("", _value).Password;

    /// <summary>Asterisks, always.</summary>
    /// <returns>Eight asterisks.</returns>
    public override string ToString() => "********";
}
