// What a script would compile with Add-Type to get events out of a socket: the peer for Register-ObjectEvent.
using System;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

public sealed class PlainMessageEventArgs : EventArgs
{
    public PlainMessageEventArgs(string text) { Text = text; }

    public string Text { get; }
}

public sealed class PlainClient
{
    private readonly ClientWebSocket _socket = new ClientWebSocket();

    public event EventHandler<PlainMessageEventArgs> Received;

    public void Connect(string uri)
    {
        _socket.ConnectAsync(new Uri(uri), CancellationToken.None).GetAwaiter().GetResult();
        Task.Run(ReadAsync);
    }

    public void Send(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        _socket.SendAsync(new ArraySegment<byte>(bytes), WebSocketMessageType.Text, true, CancellationToken.None).GetAwaiter().GetResult();
    }

    public void Close() { _socket.Abort(); }

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var length = 0;
                WebSocketReceiveResult result;
                do
                {
                    result = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), CancellationToken.None);
                    length += result.Count;
                }
                while (!result.EndOfMessage);
                var handler = Received;
                if (handler != null) handler(this, new PlainMessageEventArgs(Encoding.UTF8.GetString(buffer, 0, length)));
            }
        }
        catch (Exception)
        {
            // The socket was closed.
        }
    }
}
