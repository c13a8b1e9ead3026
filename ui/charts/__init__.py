"""Charts where people explore: Plotly in the product's dress."""
