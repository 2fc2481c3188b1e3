using System.Management.Automation;
using System.Text.Json;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that work on connections: resolves <c>-Connection</c>, else the session's default connection.</summary>
public abstract class ConnectionCmdlet : PbxCmdlet
{
    private protected ConnectionCmdlet()
    {
    }

    /// <summary>The connections: objects or names, wildcards allowed. Default: the one that was connected last.</summary>
    [Parameter(
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public virtual ConnectionArgument[]? Connection { get; set; }

    /// <summary>
    /// The connections that are meant. A name that fits none is reported; a pattern that fits none is not, as everywhere in
    /// PowerShell.
    /// </summary>
    private protected IReadOnlyList<PbxClient> ResolveConnections()
    {
        if (Connection is null)
            return [ResolveDefault()];
        var found = new List<PbxClient>();
        foreach (var argument in Connection)
        {
            var matches = argument.Connection is PbxClient client ? [client] : Session.Connections.Where(argument.Matches).ToArray();
            if (matches.Length == 0 && !argument.IsPattern)
                WriteError(ModuleErrors.ConnectionNotFound(argument.Name));
            found.AddRange(matches.Where(m => !found.Contains(m)));
        }
        foreach (var client in found)
            Follow(client);
        return found;
    }

    /// <summary>Turns what was given to <c>-Data</c> into JSON.</summary>
    private protected ReadOnlyMemory<byte> ToJson(object? data)
    {
        try
        {
            return PSObjectToJson.Convert(data);
        }
        catch (JsonException)
        {
            ThrowTerminatingError(ModuleErrors.DataTooDeep(PSObjectToJson.MaxDepth));
            throw;
        }
    }

    private PbxClient ResolveDefault()
    {
        if (Session.Default is { } connection)
        {
            Follow(connection);
            return connection;
        }
        var open = string.Join(", ", Session.Connections.Select(c => c.Name));
        ThrowTerminatingError(open.Length == 0 ? ModuleErrors.NoConnection() : ModuleErrors.NoDefaultConnection(open));
        throw new InvalidOperationException("ThrowTerminatingError does not return.");
    }
}
