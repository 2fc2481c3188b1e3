using System.Management.Automation;
using System.Net;
using PbxEvents.Journal;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Opens a journal: a file, or a database on a server, that keeps the events of the connections that are opened from now on, beyond the end of
/// the process. It is made when it is not there, and it becomes the session's default.
/// </summary>
[Cmdlet(VerbsCommon.Open, "PbxJournal", DefaultParameterSetName = FileSet)]
[OutputType(typeof(PbxJournal))]
public sealed class OpenPbxJournalCommand : PbxCmdlet
{
    private const string FileSet = "File";
    private const string ServerSet = "Server";

    /// <summary>The file. It and its folder are made when they are not there, for their owner's eyes only.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>A PostgreSQL server: then the journal is a database, which any number of machines can share.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = ServerSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public string Server { get; set; } = "";

    /// <summary>The server's port. Default 5432.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = 5432;

    /// <summary>The database. What is in it besides stays as it is.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = ServerSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public string Database { get; set; } = "";

    /// <summary>User and password at the server. Default: the system's user, without a password.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>How much of the server is proven before anything is told to it. Default VerifyFull.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public PbxSslMode SslMode { get; set; }

    /// <summary>The journal's name in this session. Default: the file's name without its ending, or that of the database.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Events older than this are dropped. Default 30 days.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The maximum size of the events in bytes; beyond it the oldest are dropped. Default 2 GB.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateRange(1 << 20, long.MaxValue)]
    public long MaxSize { get; set; } = 2L << 30;

    /// <summary>What stored events survive. Default Power.</summary>
    [Parameter]
    public PbxJournalDurability Durability { get; set; }

    /// <summary>Opens it to read only, also while another process writes to it. It does not become the default.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var server = ParameterSetName == ServerSet ? MakeServer() : null;
        var options = new JournalOptions
        {
            Path = server?.Address ?? GetUnresolvedProviderPathFromPSPath(Path),
            Server = server,
            Name = Name,
            MaxAge = MaxAge,
            MaxSize = MaxSize,
            Durability = Durability,
            ReadOnly = ReadOnly,
        };
        try
        {
            WriteObject(OpenJournal(options));
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(options.Path));
        }
    }

    private JournalServer MakeServer()
    {
        if (SslMode != PbxSslMode.VerifyFull && !(IPAddress.TryParse(Server, out var address) && IPAddress.IsLoopback(address)))
            WriteWarning(SR.JournalNotVerified.With(SslMode, Server));
        return new JournalServer
        {
            Host = Server,
            Port = Port,
            Database = Database,
            User = Credential?.UserName,
            Password = Credential is null ? null : new Secret(Credential.Password),
            SslMode = SslMode,
            Folder = LocalFolder(),
        };
    }

    /// <summary>What systemd gives a service for its own, else the user's.</summary>
    private static string LocalFolder() => Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } folder
        ? folder.Split(':')[0]
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "PbxEvents");
}
