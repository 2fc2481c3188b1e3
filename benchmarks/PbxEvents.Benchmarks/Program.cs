using PbxEvents.Benchmarks;
using PbxEvents.Benchmarks.Contestants;
using PbxEvents.Benchmarks.Load;

switch (args)
{
    case ["run", "--help" or "-h", ..]:
        Console.WriteLine(Run.Usage);
        return 0;
    case ["run", .. var options]:
        return Run.TryParse(options) is { } setup ? await Run.AllAsync(setup) : 2;
    case ["check", .. var options]:
        return Run.TryParse(options) is null ? 2 : 0;
    case ["serve", var platform]:
        using (var server = new FrameServer(Platform.Get(platform)))
            await server.RunAsync();
        return 0;
    case ["contestant", var kind, var platform, var port, var version]:
        await ContestantHost.RunAsync(() => ContestantFactory.Create(kind, Platform.Get(platform), int.Parse(port), version));
        return 0;
    case ["memory", var platform, var port, var buffer]:
        await MemoryClient.RunAsync(Platform.Get(platform), int.Parse(port), int.Parse(buffer));
        return 0;
    case ["idle", var platform, var port, var count, var seconds]:
        await ManyClients.IdleAsync(Platform.Get(platform), int.Parse(port), int.Parse(count), TimeSpan.FromSeconds(int.Parse(seconds)));
        return 0;
    case ["many", var platform, var port, var count]:
        await ManyClients.LoadAsync(Platform.Get(platform), int.Parse(port), int.Parse(count));
        return 0;
    case ["fed", var calls, var buffer]:
        await FedClient.RunAsync(int.Parse(calls), int.Parse(buffer));
        return 0;
    case ["gap", var hours, var calls, var rounds]:
        await GapClient.RunAsync(int.Parse(hours), int.Parse(calls), int.Parse(rounds));
        return 0;
    default:
        Console.Error.WriteLine(Run.Usage);
        return 2;
}
