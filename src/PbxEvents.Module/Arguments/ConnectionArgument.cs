using System.Management.Automation;
using PbxEvents.Providers;

namespace PbxEvents.Module.Arguments;

/// <summary>
/// What <c>-Connection</c> takes: a connection, or the name of connections of this session, wildcards allowed. PowerShell
/// makes one of either by itself. Immutable.
/// </summary>
public sealed class ConnectionArgument
{
    private readonly WildcardPattern? _pattern;

    /// <summary>Takes the connections of that name.</summary>
    /// <param name="name">A name; wildcards allowed.</param>
    public ConnectionArgument(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        _pattern = ValidateWildcardAttribute.Parse(name);
    }

    /// <summary>Takes that connection.</summary>
    /// <param name="connection">The connection.</param>
    public ConnectionArgument(PbxConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Name = connection.Name;
        Connection = connection;
    }

    /// <summary>The name, or the pattern for names.</summary>
    public string Name { get; }

    /// <summary>The connection itself; null when a name was given.</summary>
    public PbxConnection? Connection { get; }

    /// <summary>True when a name was given that may stand for none.</summary>
    internal bool IsPattern => _pattern is not null && WildcardPattern.ContainsWildcardCharacters(Name);

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    /// <summary>True for the name of a connection that may be long gone, of which only events are left.</summary>
    internal bool MatchesName(string name) => _pattern?.IsMatch(name) ?? name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    internal bool Matches(PbxClient client) => _pattern?.IsMatch(client.Name) ?? ReferenceEquals(client, Connection);
}
