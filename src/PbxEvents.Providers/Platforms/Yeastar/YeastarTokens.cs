using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// Who uses which token. One instance serves the process: the eight tokens of a PBX are counted for an application, however
/// many connections it has (yeastar.md section 3.2). Nothing stays here after the last connection. Safe from any thread.
/// </summary>
internal sealed class YeastarTokens
{
    private readonly object _gate = new();
    private readonly Dictionary<Key, Entry> _entries = [];

    /// <summary>The instance of this process.</summary>
    public static YeastarTokens OfProcess { get; } = new();

    /// <summary>How many tokens are in use.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>A connection begins to use the token of a credential.</summary>
    /// <param name="server">The PBX.</param>
    /// <param name="clientId">The client id.</param>
    /// <param name="secret">Its secret: who has another one shares nothing.</param>
    /// <returns>The token's share; to be left with <see cref="Leave"/>, once.</returns>
    public YeastarTokenShare Join(Uri server, string clientId, Secret secret)
    {
        var key = new Key(server.Authority, clientId, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret.Reveal()))));
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
                _entries.Add(key, entry = new Entry());
            entry.Users++;
            return entry.Share;
        }
    }

    /// <summary>A connection uses the token no more.</summary>
    /// <param name="share">What <see cref="Join"/> gave.</param>
    /// <returns>The token when nobody uses it any more, to be given back; else null.</returns>
    public YeastarToken? Leave(YeastarTokenShare share)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in _entries)
            {
                if (!ReferenceEquals(entry.Share, share) || --entry.Users > 0)
                    continue;
                _entries.Remove(key);
                share.Dispose();
                return share.Token;
            }
            return null;
        }
    }

    private sealed record Key(string Server, string ClientId, string SecretHash);

    private sealed class Entry
    {
        public YeastarTokenShare Share { get; } = new();

        public int Users { get; set; }
    }
}
