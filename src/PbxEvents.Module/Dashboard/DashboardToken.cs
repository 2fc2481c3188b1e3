using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Module.Dashboard;

/// <summary>The word in the page's address that other users of this machine, and other pages in the browser, do not know.</summary>
internal sealed class DashboardToken
{
    private const int Bytes = 32;

    private readonly byte[] _text;

    private DashboardToken(string text)
    {
        Text = text;
        _text = Encoding.ASCII.GetBytes(text);
    }

    /// <summary>The word.</summary>
    public string Text { get; }

    /// <summary>A new one.</summary>
    public static DashboardToken Make() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>The one that a file keeps; a new one, which only its owner can read, when there is none.</summary>
    /// <exception cref="IOException">The file cannot be read or made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    /// <exception cref="FormatException">It holds something else.</exception>
    public static DashboardToken Keep(string path)
    {
        if (File.Exists(path))
        {
            using var reader = new StreamReader(path);
            var buffer = new char[1024];
            var text = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return Base64Url.IsValid(text, out var length) && length == Bytes ? new DashboardToken(text) : throw new FormatException("It holds something else than a token.");
        }
        var token = Make();
        using var file = OwnerFile.Create(path);
        file.Write(token._text);
        return token;
    }

    /// <summary>True for this word. How long it takes tells nothing of it.</summary>
    public bool Is(ReadOnlySpan<char> text)
    {
        var given = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, given);
        return CryptographicOperations.FixedTimeEquals(given, _text);
    }
}
