"""Analytics: the event lake in Parquet, one SQL file per report, charts."""
