# Connects PbxEvents to the server of the benchmarks, which plays RingCentral. Dot-sourced by the contestants.
param([int] $Port, [int] $BufferSize = 10000)

$app = [pscredential]::new('app', (ConvertTo-SecureString 'secret' -AsPlainText))
Connect-PbxEvents RingCentral -Server "http://127.0.0.1:$Port" -ClientCredential $app -Jwt (ConvertTo-SecureString 'jwt' -AsPlainText) -BufferSize $BufferSize
