namespace PbxEvents.Module.Service;

/// <summary>What starts services on a machine: systemd, or the task scheduler. It runs programs of the system and waits for them.</summary>
internal abstract class ServiceKeeper
{
    /// <summary>What the definition is called in a question to the user.</summary>
    public abstract string Kind { get; }

    /// <summary>Where the definition of a name lies.</summary>
    public abstract string PathOf(string name);

    /// <summary>The definition. Changes nothing.</summary>
    public abstract string Define(ServicePlan plan);

    /// <summary>Writes the definition, and starts the service unless it goes to another folder.</summary>
    /// <exception cref="PbxException">It cannot be.</exception>
    public abstract void Install(ServicePlan plan, string definition);

    /// <summary>The services of this module.</summary>
    public abstract IReadOnlyList<PbxService> GetAll();

    /// <summary>Stops a service and removes its definition.</summary>
    /// <exception cref="PbxException">It cannot be.</exception>
    public abstract void Remove(PbxService service);

    /// <summary>A folder or file that cannot be written to, in words.</summary>
    protected static void Writing(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ServiceFaults.NotWritten(path, e);
        }
    }
}
